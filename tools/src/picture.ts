import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sqlFunctions } from './sql-reach.ts'

/**
 * The picture in `docs/architecture.md`, made from the code: which module imports which (a line), and which module's SQL
 * functions reach into the schema of which (a dotted line).
 */
const BEGIN = '<!-- picture: made by npm run gen, do not edit -->'
const END = '<!-- /picture -->'

const MODULES = 'apps/server/src/modules'
/** Tests put together what production keeps apart. */
const TESTS = /\.(?:test|fixture)\.ts$|\/fixture\.ts$/
const DEPCRUISE_OUTPUT_MAX_BYTES = 64 * 1024 * 1024

/** The document with a fresh picture between its markers. @throws Error when the markers are missing */
export async function withPicture(root: string, document: string): Promise<string> {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`the document lacks the markers ${BEGIN} and ${END}`)
  const names = await modulesOf(root)
  const lines = new Set(await imports(root))
  const dotted = (await reaches(root, names)).filter((edge) => !lines.has(edge))
  const picture = mermaid(names, [...lines], dotted)
  return `${document.slice(0, begin + BEGIN.length)}\n\n\`\`\`mermaid\n${picture}\n\`\`\`\n\n${document.slice(end)}`
}

function mermaid(names: readonly string[], lines: readonly string[], dotted: readonly string[]): string {
  const arrow = (edges: readonly string[], line: string): string[] =>
    edges.toSorted().map((edge) => `  ${edge.replace(' ', ` ${line} `)}`)
  return ['flowchart TB', ...names.map((name) => `  ${name}`), ...arrow(lines, '-->'), ...arrow(dotted, '-.->')].join(
    '\n',
  )
}

async function modulesOf(root: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, MODULES), { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted()
}

type Cruise = {
  readonly modules: readonly {
    readonly source: string
    readonly dependencies: readonly { readonly resolved: string }[]
  }[]
}

/** `from to` for each pair of modules of which one imports the other. */
async function imports(root: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      MODULES,
    ],
    { cwd: root, maxBuffer: DEPCRUISE_OUTPUT_MAX_BYTES },
  )
  const { modules } = JSON.parse(stdout) as Cruise
  const edges = modules
    .filter(({ source }) => !TESTS.test(source))
    .flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved }) => [moduleOf(source), moduleOf(resolved)] as const),
    )
  return edges.flatMap(([from, to]) => (from && to && from !== to ? [`${from} ${to}`] : []))
}

const moduleOf = (path: string): string | undefined => new RegExp(`^${MODULES}/([^/]+)/`).exec(path)?.[1]

/** `from to` for each module whose SQL functions name a table or function of another module's schema. */
async function reaches(root: string, names: readonly string[]): Promise<readonly string[]> {
  const edges = new Set<string>()
  for (const one of await sqlFunctions(root)) {
    const from = schemaOf(one.name)
    for (const to of one.reaches.map(schemaOf)) {
      if (from !== to && names.includes(from) && names.includes(to)) edges.add(`${from} ${to}`)
    }
  }
  return [...edges]
}

const schemaOf = (name: string): string => name.slice(0, name.indexOf('.'))
