import { type ContractRoute, contractRoutes } from '../../../apps/server/src/platform/http/contract-routes.ts'

/**
 * The text of the client's `routes.gen.ts`: a light table of methods and paths for run time, and the types by
 * reference, so that no schema gets into a browser's bundle. The mall's table leaves the console's routes out.
 */
export function describeClientRoutes(): string {
  const routes = contractRoutes()
  const isConsole = ({ route }: ContractRoute) => route.path.startsWith('/api/console/')
  const groups = [...new Set(routes.map(({ group }) => group))].toSorted()
  return `// Made from the contract by \`npm run gen\`. Do not edit.
import type {
${groups.map((group) => `  ${group},`).join('\n')}
} from '@quanshu/contract'

/** Routes that shoppers, gateways and everybody else call. */
export const MALL_ROUTES = {
${table(routes.filter((route) => !isConsole(route)))}
} as const

/** Routes that staff call. */
export const CONSOLE_ROUTES = {
${table(routes.filter(isConsole))}
} as const

export type Routes = {
${routes.map(({ route, group, key }) => `  '${route.id}': (typeof ${group})['${key}']`).join('\n')}
}
`
}

const table = (routes: readonly ContractRoute[]): string =>
  routes.map(({ route }) => `  '${route.id}': '${route.method} ${route.path}',`).join('\n')
