import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from 'react-router'
import { isSignedOut, problemOf } from '../shared/api/index.ts'
import { createRouter } from './router.tsx'
import { Look } from './theme.tsx'

const RETRIES_MAX = 2

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays a refusal; only silence and overload are worth another try.
      retry: (failures, error) => {
        const { status } = problemOf(error)
        return failures < RETRIES_MAX && (status === 0 || status === 502 || status === 503)
      },
      refetchOnWindowFocus: true,
      gcTime: 300_000,
    },
    mutations: { retry: false },
  },
})

// A session that ended elsewhere shows at the first call that notices it: whoever asked, ask again who is there.
const askWhoIsThere = (error: unknown) => {
  if (isSignedOut(error)) void queries.invalidateQueries({ queryKey: ['identity.getMe'] })
}
queries.getQueryCache().subscribe((event) => {
  if (event.type !== 'updated' || event.action.type !== 'error') return
  if (event.query.queryKey[0] !== 'identity.getMe') askWhoIsThere(event.action.error)
})
queries.getMutationCache().subscribe((event) => {
  if (event.type === 'updated' && event.action.type === 'error') askWhoIsThere(event.action.error)
})

const router = createRouter()

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Look>
        <RouterProvider router={router} />
      </Look>
    </QueryClientProvider>
  )
}
