import typescript from '@typescript-eslint/eslint-plugin';
import parser from '@typescript-eslint/parser';
import hooks from 'eslint-plugin-react-hooks';

// What may import what: index -> plugins -> widgets and commands -> components -> model -> connection, runState, sync -> protocol.
const down = (files, patterns) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] }
});
const jupyterlab = {
  regex: '^@jupyterlab/(?!(ui-components|translation)$)',
  allowTypeImports: true,
  message: 'Components get what they need by props.'
};
const above = names => ({ regex: `^\\.{1,2}/(plugins/|${names})`, message: 'Imports point down.' });

const TRANSLATED = 'What is shown goes through the translator: trans.__(…).';
const words = 'value=/[A-Za-z]{2}/';
const shown = '/^(title|alt|placeholder|label|caption|aria-label|aria-description|textContent|innerText)$/';
const untranslated = [
  `JSXText[${words}]`,
  `JSXExpressionContainer > Literal[${words}]:not(JSXAttribute *)`,
  `JSXAttribute[name.name=${shown}] > Literal[${words}]`,
  `JSXAttribute[name.name=${shown}] > JSXExpressionContainer > :matches(Literal[${words}], TemplateLiteral)`,
  `Property[key.name=${shown}] > Literal.value[${words}]`,
  `AssignmentExpression[left.property.name=${shown}] > Literal.right[${words}]`,
  'CallExpression[callee.property.name=/^__$/] > :not(Literal).arguments:first-child'
];

export default [
  { ignores: ['lib/', 'node_modules/', 'codeact_jupyter/', 'src/protocol.ts', '.venv/', 'ui-tests/'] },
  {
    files: ['src/**/*.{ts,tsx}'],
    languageOptions: { parser, parserOptions: { project: './tsconfig.json' } },
    plugins: { '@typescript-eslint': typescript, 'react-hooks': hooks },
    rules: {
      ...typescript.configs.recommended.rules,
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      curly: 'error',
      eqeqeq: 'error',
      'max-lines': ['error', 300],
      'no-console': 'error',
      'prefer-const': 'error'
    }
  },
  down(['src/components/**'], [jupyterlab, above('(panel|commands|cells|runModels|connection|sync|saving|notebook)$')]),
  down(['src/model.ts', 'src/runModels.ts', 'src/chatModel.ts'], [above('(components/|panel$|commands$|cells$)')]),
  down(
    [
      'src/run.ts',
      'src/runState.ts',
      'src/steps.ts',
      'src/runReading.ts',
      'src/lineage.ts',
      'src/waiting.ts',
      'src/time.ts',
      'src/label.ts',
      'src/missing.ts'
    ],
    [
      {
        regex: '^@|^\\.{1,2}/(?!(label|lineage|missing|protocol|run|runReading|runState|steps|time|waiting)$)',
        message: 'Pure: from messages to state.'
      }
    ]
  ),
  down(
    ['src/connection.ts', 'src/sync.ts', 'src/saving.ts', 'src/notebook.ts', 'src/settings.ts', 'src/images.ts'],
    [above('(components/|panel$|commands$|cells$|model$|runModels$|chatModel$)')]
  ),
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/__tests__/**'],
    rules: { 'no-restricted-syntax': ['error', ...untranslated.map(selector => ({ selector, message: TRANSLATED }))] }
  },
  {
    files: ['src/components/**', 'src/runState.ts', 'src/runReading.ts'],
    rules: { 'no-restricted-globals': ['error', 'fetch', 'WebSocket', 'localStorage'] }
  }
];
