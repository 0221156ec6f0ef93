import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from 'react-router'
import { problemOf } from '../shared/api/client.ts'
import { isUncertain } from '../shared/api/problem.ts'
import { meQuery } from '../shared/api/queries.ts'
import { router } from './routes.tsx'

const RETRIES_MAX = 2

const queryClient = new QueryClient({
  queryCache: new QueryCache({
    // A session that ended elsewhere: show the signed-out face at once.
    onError: (error, query) => {
      if (problemOf(error).status === 401 && query.queryKey !== meQuery.queryKey) {
        queryClient.setQueryData(meQuery.queryKey, null)
      }
    },
  }),
  defaultOptions: {
    queries: {
      // A refusal stays a refusal; only silence and failures are asked again.
      retry: (count, error) => count < RETRIES_MAX && isUncertain(problemOf(error)),
      staleTime: 10_000,
      // A visitor without network gets a page with a retry button instead of an endless skeleton.
      networkMode: 'offlineFirst',
    },
    mutations: { networkMode: 'always' },
  },
})

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  )
}
