const compiled = ['@jupyter', '@jupyterlab', '@lumino', 'lib0', 'y-protocols', 'yjs'];

module.exports = {
  testEnvironment: 'jsdom',
  modulePathIgnorePatterns: ['<rootDir>/codeact_jupyter/', '<rootDir>/lib/'],
  testMatch: ['<rootDir>/src/__tests__/*.spec.ts'],
  transform: {
    '\\.(ts|tsx|js)$': [
      'ts-jest',
      {
        diagnostics: false, // tsc checks the types
        tsconfig: {
          allowJs: true,
          esModuleInterop: true,
          jsx: 'react',
          module: 'commonjs',
          target: 'ES2022',
          isolatedModules: true,
          lib: ['ES2022', 'DOM', 'DOM.Iterable'],
          skipLibCheck: true,
          strict: true,
          types: ['jest', 'node']
        }
      }
    ]
  },
  transformIgnorePatterns: [`/node_modules/(?!(${compiled.join('|')})/)`]
};
