import pg from 'pg'

/** A node of a plan as `auto_explain` writes it: what was expected beside what was. */
type Node = {
  readonly 'Node Type': string
  readonly Schema?: string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Plan Rows': number
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Join Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly 'Shared Hit Blocks'?: number
  readonly 'Shared Read Blocks'?: number
  readonly Plans?: readonly Node[]
}
export type Statement = {
  /** The function that ran it, or `the call itself`. */
  readonly by: string
  readonly text: string
  readonly plan: Node
}
/** What one call may read, in rows and pages of 8 kB, over all of its statements. */
export type Bounds = { readonly rows: number; readonly pages: number }

/** Rows below which neither a wrong estimate nor a reading from end to end costs anything. */
const FEW = 500
const WRONG_BY_MAX = 100

/** A session in which every statement tells its plan afterwards, those inside functions too. Ask for it as a superuser. */
export async function openJudge(adminUrl: string) {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  let seen: Statement[] = []
  client.on('notice', ({ message = '', where = '' }) => {
    const at = message.indexOf('plan:\n')
    if (at < 0) return
    const told = JSON.parse(message.slice(at + 6)) as { readonly 'Query Text': string; readonly Plan: Node }
    const by = /^(?:PL\/pgSQL|SQL) function "?([\w.]+)/m.exec(where)?.[1] ?? 'the call itself'
    seen.push({ by, text: told['Query Text'].replace(/\s+/g, ' ').trim(), plan: told.Plan })
  })
  await client.query(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_analyze = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_buffers = on;
    set auto_explain.log_verbose = on;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_format = json;
    set auto_explain.log_level = notice;
    set client_min_messages = notice;
  `)
  return {
    /** Runs a statement and answers with its first value and the plans of everything that it ran. */
    async run(text: string, values: readonly unknown[]): Promise<{ value: unknown; statements: readonly Statement[] }> {
      seen = []
      const { rows } = await client.query<Record<string, unknown>>(text, [...values])
      const statements = seen
      seen = []
      return { value: Object.values(rows[0] ?? {})[0], statements }
    },
    end: () => client.end(),
  }
}

/** What is wrong with these plans, each fault in a sentence; empty when all are good. */
export function faultsOf(statements: readonly Statement[], large: ReadonlySet<string>, bounds: Bounds): string[] {
  const faults = statements.flatMap(({ by, text, plan }) =>
    walk(plan).flatMap(({ node, isCut }) => {
      const where = `in ${by}: ${nameOf(node)} of “${text.slice(0, 160)}”`
      const found: string[] = []
      if (node['Node Type'].endsWith('Seq Scan') && large.has(nameOf(node))) {
        found.push(`reads a large table from end to end, ${where}`)
      }
      const [expected, actual] = [node['Plan Rows'], node['Actual Rows']]
      if (node['Relation Name'] && actual > FEW && actual > expected * WRONG_BY_MAX) {
        found.push(`expects ${expected} rows and gets ${actual}, ${where}`)
      }
      if (node['Relation Name'] && !isCut && expected > FEW && expected > Math.max(1, actual) * WRONG_BY_MAX) {
        found.push(`expects ${expected} rows and gets ${actual}, ${where}`)
      }
      return found
    }),
  )
  return [...new Set([...faults, ...overreadings(statements, bounds)])]
}

/** Pairs of rows that joins put beside each other and threw away: of one that reads all for each, the square. */
export const pairsTried = (statements: readonly Statement[]): number =>
  statements
    .flatMap(({ plan }) => walk(plan))
    .reduce((all, { node }) => all + (node['Rows Removed by Join Filter'] ?? 0) * node['Actual Loops'], 0)

/** Where a call read more than it may, with the statement that read most. */
export function overreadings(statements: readonly Statement[], bounds: Bounds): string[] {
  const readings = statements.map((statement) => ({ statement, ...costOf(statement) }))
  return (['rows', 'pages'] as const).flatMap((unit) => {
    const sum = readings.reduce((all, one) => all + one[unit], 0)
    if (sum <= bounds[unit]) return []
    const [worst] = readings.toSorted((a, b) => b[unit] - a[unit])
    const most = `${worst?.[unit]} of them in ${worst?.statement.by}: “${worst?.statement.text.slice(0, 160)}”`
    return [`reads ${sum} ${unit}, not ${bounds[unit]}; ${most}`]
  })
}

/** Rows that the statement's own scans looked at, kept or not, and pages that they touched. */
function costOf({ plan }: Statement): Bounds {
  const scans = walk(plan).filter(
    ({ node }) => node['Relation Name'] !== undefined && node['Node Type'] !== 'ModifyTable',
  )
  const sum = (of: (node: Node) => number) => Math.round(scans.reduce((all, { node }) => all + of(node), 0))
  return {
    rows: sum(
      (node) =>
        node['Actual Loops'] *
        (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)),
    ),
    pages: sum((node) => (node['Shared Hit Blocks'] ?? 0) + (node['Shared Read Blocks'] ?? 0)),
  }
}

const nameOf = (node: Node): string => `${node.Schema ?? ''}.${node['Relation Name'] ?? node['Node Type']}`

/** Every node that ran; `isCut` when something above may have stopped it early, so that it was never to give all its rows. */
function walk(node: Node, isCut = false): { readonly node: Node; readonly isCut: boolean }[] {
  if (node['Actual Loops'] === 0) return []
  const cuts = isCut || node['Node Type'] === 'Limit' || node['Node Type'] === 'Result'
  return [{ node, isCut }, ...(node.Plans ?? []).flatMap((child) => walk(child, cuts))]
}
