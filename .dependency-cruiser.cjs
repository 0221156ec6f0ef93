// Circles are Biome's business (noImportCycles): it can tell imports of types, which vanish, from real ones.
// The rows of docs/architecture.md: a module imports only modules of lower rows, and only their index.ts. The same rows hold for
// SQL functions (tools/src/sql-rows.ts).
const { rows: ROWS } = require('./.module-rows.json')
const MODULES = 'apps/server/src/modules'
/** Tests and their fixtures put together what production keeps apart. */
const TESTS = '\\.(?:test|fixture)\\.ts$|/fixture\\.ts$'
const oneOf = (names) => `(?:${names.join('|')})`

/** For each row: what stands beside it or above it is out of reach. */
const rows = ROWS.map((names, row) => ({
  name: `row-${row}-calls-down`,
  comment: `${names.join(', ')} stand in row ${row} and may call only lower rows; announce an event or declare a port.`,
  severity: 'error',
  from: { path: `^${MODULES}/(${oneOf(names)})/`, pathNot: TESTS },
  to: { path: `^${MODULES}/${oneOf(ROWS.slice(row).flat())}/`, pathNot: `^${MODULES}/$1/` },
}))

module.exports = {
  forbidden: [
    ...rows,
    {
      name: 'only-the-face',
      comment: 'A module is used through its index.ts.',
      severity: 'error',
      from: { path: `^${MODULES}/([^/]+)/` },
      to: { path: `^${MODULES}/[^/]+/.+`, pathNot: [`^${MODULES}/$1/`, `^${MODULES}/[^/]+/index\\.ts$`] },
    },
    {
      name: 'only-the-face-from-main',
      severity: 'error',
      from: { path: '^apps/server/src/main/' },
      to: { path: `^${MODULES}/[^/]+/.+`, pathNot: `^${MODULES}/[^/]+/index\\.ts$` },
    },
    {
      name: 'platform-knows-no-module',
      severity: 'error',
      from: { path: '^apps/server/src/platform/' },
      to: { path: ['^apps/server/src/modules/', '^apps/server/src/main/'] },
    },
    {
      name: 'main-is-the-top',
      severity: 'error',
      from: { path: '^apps/server/src/modules/', pathNot: TESTS },
      to: { path: '^apps/server/src/main/' },
    },
    {
      name: 'kernel-stands-alone',
      severity: 'error',
      from: { path: '^packages/kernel/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^packages/kernel/' },
    },
    {
      name: 'stand-ins-share-no-code',
      comment: 'A stand-in that shared code with the adapter would be wrong together with it.',
      severity: 'error',
      from: { path: '^sim/src/' },
      to: { path: '^(?:apps|packages)/' },
    },
    {
      name: 'adapters-know-no-stand-in',
      severity: 'error',
      from: { path: `^${MODULES}/`, pathNot: TESTS },
      to: { path: '^sim/' },
    },
    {
      name: 'features-do-not-meet',
      severity: 'error',
      from: { path: '^apps/(console|mall)/src/features/([^/]+)/' },
      to: { path: '^apps/$1/src/features/', pathNot: '^apps/$1/src/features/$2/' },
    },
    {
      name: 'shared-is-below',
      severity: 'error',
      from: { path: '^apps/(console|mall)/src/shared/' },
      to: { path: ['^apps/$1/src/features/', '^apps/$1/src/app/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '\\.gen\\.ts$'] },
    // TypeScript 7 has no programming interface yet; swc reads the same sources.
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
}
