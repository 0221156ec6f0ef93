import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useNotice } from '../parts/notice.tsx'
import { call, type Input, type Output, type RouteId } from './index.ts'

type ReadOptions = {
  readonly enabled?: boolean
  /** Reads again this often while the page is in sight. */
  readonly refreshMs?: number | false
  /** Keeps the last answer in sight while the next one, for other input, is on its way. */
  readonly keep?: boolean
  readonly staleMs?: number
}

/** Reads a route: the answer is cached by id and input, and read again when an action says so. */
export function useRead<Id extends RouteId>(
  id: Id,
  input: Input<Id>,
  { enabled = true, refreshMs = false, keep = false, staleMs = 0 }: ReadOptions = {},
): UseQueryResult<Output<Id>> {
  return useQuery<Output<Id>>({
    queryKey: [id, input],
    queryFn: ({ signal }) => call(id, input, { signal }),
    enabled,
    refetchInterval: refreshMs,
    staleTime: staleMs,
    ...(keep ? { placeholderData: (previous: Output<Id> | undefined) => previous } : {}),
  } as Parameters<typeof useQuery<Output<Id>>>[0])
}

type ActionOptions<Id extends RouteId> = {
  /** Ids, or their beginnings such as `catalog.`, of what must be read again afterwards. */
  readonly refresh?: readonly string[]
  /** What to say when it is done. */
  readonly done?: string | ((output: Output<Id>) => string)
  readonly onDone?: (output: Output<Id>) => void
  /** False: the caller shows what went wrong, for example at the fields of a form. */
  readonly showProblem?: boolean
}

export type Action<Id extends RouteId> = {
  /** Runs it; a repeat of the same `key` has its effect once. @throws what `problemOf` reads. */
  readonly run: (input: Input<Id>, key?: string) => Promise<Output<Id>>
  /** The same for an event handler: what went wrong has been shown, and undefined comes back. */
  readonly go: (input: Input<Id>, key?: string) => Promise<Output<Id> | undefined>
  readonly running: boolean
}

/** Does something through a route, says so, and reads again what it changed. */
export function useAction<Id extends RouteId>(id: Id, options: ActionOptions<Id> = {}): Action<Id> {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const showProblem = useNotice()
  const { mutateAsync, isPending } = useMutation<Output<Id>, unknown, { input: Input<Id>; key: string }>({
    mutationFn: ({ input, key }) => call(id, input, { idempotencyKey: key }),
    onSuccess: async (output) => {
      await Promise.all(
        (options.refresh ?? []).map((prefix) =>
          queries.invalidateQueries({ predicate: ({ queryKey: [first] }) => String(first).startsWith(prefix) }),
        ),
      )
      const { done } = options
      if (done) void message.success(typeof done === 'function' ? done(output) : done)
      options.onDone?.(output)
    },
    onError: (error) => {
      if (options.showProblem !== false) showProblem(error)
    },
  })
  const run = (input: Input<Id>, key: string = newKey()) => mutateAsync({ input, key })
  return { run, go: (input, key) => run(input, key).catch(() => undefined), running: isPending }
}

/** A fresh Idempotency-Key: one for each time a person decides to do something, kept over retries. */
export function newKey(): string {
  // `randomUUID` needs a secure context, and a shop's console may be opened by its address in the local network.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
