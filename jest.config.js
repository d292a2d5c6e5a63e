const compiled = [
  '@jupyter',
  '@jupyterlab',
  '@lumino',
  'lib0',
  'y-protocols',
  'yjs'
];

module.exports = {
  testEnvironment: 'jsdom',
  testMatch: ['<rootDir>/src/__tests__/*.spec.ts'],
  transform: {
    '\\.(ts|tsx|js)$': [
      'ts-jest',
      {
        diagnostics: { exclude: ['**/node_modules/**'] },
        tsconfig: { allowJs: true, esModuleInterop: true, jsx: 'react', module: 'commonjs', target: 'ES2022', lib: ['ES2022', 'DOM', 'DOM.Iterable'], skipLibCheck: true, strict: true, types: ['jest', 'node'] }
      }
    ]
  },
  transformIgnorePatterns: [`/node_modules/(?!(${compiled.join('|')})/)`]
};
