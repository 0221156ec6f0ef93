import { createClient, ProblemError } from '@quanshu/client'
import { currentLocale } from '../i18n/index.ts'
import { tenantRoot } from './base.ts'
import type { Output, RouteId } from './contract.ts'

const connection = createClient({ baseUrl: location.origin + tenantRoot, locale: currentLocale, name: 'console' })

type Address = {
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly query?: Readonly<Record<string, unknown>> | undefined
}

/** The client without each route's own types, which `call` and its kin in `index.ts` put back. */
export const client = {
  call: (id: RouteId, input: object, options: object): Promise<unknown> =>
    connection.call(id as never, input as never, options),
  download: (id: RouteId, input: object): Promise<Response> => connection.download(id as never, input as never),
}

type UploadOptions = {
  readonly method: 'POST' | 'PUT'
  readonly fileName?: string
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void
  readonly signal?: AbortSignal
}

/**
 * Sends a file as the raw body and tells how much of it has left. `fetch` cannot report that; XMLHttpRequest can.
 * @throws what `problemOf` reads; an aborted upload throws an `AbortError`.
 */
export function upload<Id extends RouteId>(
  id: Id,
  input: Pick<Address, 'params'>,
  content: Blob,
  options: UploadOptions,
): Promise<Output<Id>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(options.method, connection.url(id as never, input as never))
    for (const [name, value] of Object.entries(connection.headers())) request.setRequestHeader(name, value)
    if (options.fileName) request.setRequestHeader('x-file-name', encodeURIComponent(options.fileName))
    request.setRequestHeader('content-type', content.type || 'application/octet-stream')
    request.upload.onprogress = (event) => options.onProgress?.(event.loaded, event.total)
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status < 300) resolve(body as Output<Id>)
      else reject(new ProblemError({ code: 'client.bad_answer', ...body, status: request.status }))
    }
    request.onerror = () => reject(new ProblemError({ code: 'client.unreachable', status: 0 }))
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    options.signal?.addEventListener('abort', () => request.abort())
    request.send(content)
  })
}

/** Listens to a server-sent stream, through lost connections too. @returns how to stop. */
export function watch<Id extends RouteId>(
  id: Id,
  input: Pick<Address, 'params'>,
  onData: (data: Output<Id>) => void,
  onBroken?: () => void,
): () => void {
  const read = (data: unknown) => onData(data as Output<Id>)
  return connection.stream(id as never, input as never, read, onBroken ? { onBroken } : {})
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}
