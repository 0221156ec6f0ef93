import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from 'react-router'
import { problemOf } from '../shared/api/client.ts'
import { isStandstill, isUncertain } from '../shared/api/problem.ts'
import { meQuery, shopQuery } from '../shared/api/queries.ts'
import { router } from './routes.tsx'

const RETRIES_MAX = 2

const queryClient = new QueryClient({
  mutationCache: new MutationCache({ onError: lookWhetherOpen }),
  queryCache: new QueryCache({
    // A session that ended elsewhere: show the signed-out face at once.
    onError: (error, query) => {
      if (query.queryKey !== shopQuery.queryKey) lookWhetherOpen(error)
      if (problemOf(error).status === 401 && query.queryKey !== meQuery.queryKey) {
        queryClient.setQueryData(meQuery.queryKey, null)
      }
    },
  }),
  defaultOptions: {
    queries: {
      // A refusal stays a refusal; only silence and failures are asked again.
      retry: (count, error) => count < RETRIES_MAX && isUncertain(problemOf(error)) && !isStandstill(problemOf(error)),
      staleTime: 10_000,
      // A visitor without network gets a page with a retry button instead of an endless skeleton.
      networkMode: 'offlineFirst',
    },
    mutations: { networkMode: 'always' },
  },
})

/** Whatever was asked while the shop stands still, the frame has to know: it shows that in place of every page. */
function lookWhetherOpen(error: unknown): void {
  if (isStandstill(problemOf(error))) void queryClient.invalidateQueries({ queryKey: shopQuery.queryKey })
}

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  )
}
