import { createClient } from '@quanshu/client'
import { currentLocale } from '../i18n/index.ts'
import { tenantRoot } from './base.ts'
import type { Input, Output, RouteId } from './contract.ts'

const connection = createClient({ baseUrl: location.origin + tenantRoot, locale: currentLocale })

type AnyInput = {
  readonly params?: Readonly<Record<string, string | number>> | undefined
  readonly query?: Readonly<Record<string, unknown>> | undefined
}

export const client = {
  call: (id: RouteId, input: object, options: object): Promise<unknown> =>
    connection.call(id as never, input as never, options as never),
  url: (id: RouteId, input: AnyInput): string => connection.url(id as never, input as never),
  headers: (): Record<string, string> => ({ 'x-quanshu-client': 'console', 'x-quanshu-locale': currentLocale() }),
}

/**
 * Sends a file as the raw body and tells how much of it has left. `fetch` cannot report that; XMLHttpRequest can.
 * @throws what `problemOf` reads; an aborted upload throws an `AbortError`.
 */
export function upload<Id extends RouteId>(
  id: Id,
  input: Pick<Input<Id>, 'params'>,
  content: Blob,
  options: {
    readonly method: 'POST' | 'PUT'
    readonly fileName?: string
    readonly onProgress?: (sentBytes: number, totalBytes: number) => void
    readonly signal?: AbortSignal
  },
): Promise<Output<Id>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(options.method, client.url(id, input as AnyInput))
    for (const [name, value] of Object.entries(client.headers())) request.setRequestHeader(name, value)
    if (options.fileName) request.setRequestHeader('x-file-name', encodeURIComponent(options.fileName))
    request.setRequestHeader('content-type', content.type || 'application/octet-stream')
    request.upload.onprogress = (event) => options.onProgress?.(event.loaded, event.total)
    request.onload = () => {
      const body: unknown = parsed(request.responseText)
      if (request.status < 300) resolve(body as Output<Id>)
      else reject(body ?? { status: request.status })
    }
    request.onerror = () => reject(new TypeError('network'))
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    options.signal?.addEventListener('abort', () => request.abort())
    request.send(content)
  })
}

/** Listens to a server-sent stream; the browser reconnects by itself. @returns how to stop. */
export function watch<Id extends RouteId>(
  id: Id,
  input: Pick<Input<Id>, 'params'>,
  event: string,
  onData: (data: Output<Id>) => void,
): () => void {
  const source = new EventSource(client.url(id, input as AnyInput))
  const read = (message: MessageEvent<string>) => onData(JSON.parse(message.data) as Output<Id>)
  source.addEventListener(event, read)
  source.addEventListener('message', read)
  return () => source.close()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
