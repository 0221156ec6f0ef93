import { ProblemError, problemOf } from './problem.ts'
import { follow, type OnEvent } from './stream.ts'
import type { AddressOf, InputOf, OutputOf, RouteId } from './types.ts'

export type ClientOptions = {
  /** Where the shop begins, with or without `/s/<slug>`: `https://shop.example`, `http://localhost:8080/s/demo/`. */
  readonly baseUrl: string
  readonly locale?: 'zh-CN' | 'en' | (() => 'zh-CN' | 'en')
  /** Who calls, for the header that our server asks of callers with cookies. Default `sdk`. */
  readonly name?: string
  readonly fetch?: typeof fetch
}
/** What an upload sends. */
export type Content = Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | string
export type CallOptions = {
  /** One value per intended effect; a repeat with the same key gets the first answer. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}
export type UploadOptions = CallOptions & {
  readonly contentType?: string
  readonly fileName?: string
}
export type StreamOptions = {
  /** The connection broke or could not be made; it is being tried again. */
  readonly onBroken?: () => void
  readonly onOpen?: () => void
  /** The server refused for good, e.g. the session ended; the stream is over. */
  readonly onProblem?: (problem: ProblemError) => void
}

type Loose = {
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly body?: unknown
}

export type ClientOf<Ids extends RouteId> = {
  /** @throws ProblemError */
  readonly call: <Id extends Ids>(id: Id, input: InputOf<Id>, options?: CallOptions) => Promise<OutputOf<Id>>
  /** Sends `content` as it is, for routes that take a raw body. @throws ProblemError */
  readonly upload: <Id extends Ids>(
    id: Id,
    input: AddressOf<Id>,
    content: Content,
    options?: UploadOptions,
  ) => Promise<OutputOf<Id>>
  /** The answer of a `file` route, its body not yet read. @throws ProblemError */
  readonly download: <Id extends Ids>(id: Id, input: InputOf<Id>, options?: CallOptions) => Promise<Response>
  /** Follows a stream, through lost connections too. Returns how to stop. */
  readonly stream: <Id extends Ids>(
    id: Id,
    input: AddressOf<Id>,
    onEvent: (data: OutputOf<Id>, meta: { readonly event: string; readonly id: string | undefined }) => void,
    options?: StreamOptions,
  ) => () => void
  /** The address of a route, for links, pictures and downloads by the browser. */
  readonly url: <Id extends Ids>(id: Id, input: AddressOf<Id>) => string
  /** The headers every call carries, for requests that are made by other means. */
  readonly headers: () => Readonly<Record<string, string>>
}

/** @param routes route id → `METHOD /path`. */
export function clientOf<Ids extends RouteId>(
  routes: Readonly<Record<Ids, string>>,
  options: ClientOptions,
): ClientOf<Ids> {
  const base = options.baseUrl.replace(/\/+$/, '')
  // Called without `this`: browsers refuse a fetch that was taken off its window.
  const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init))

  const headers = (): Record<string, string> => {
    const locale = typeof options.locale === 'function' ? options.locale() : options.locale
    return { 'x-quanshu-client': options.name ?? 'sdk', ...(locale ? { 'x-quanshu-locale': locale } : {}) }
  }

  async function request(id: Ids, input: Loose, init: RequestInit, extra: Record<string, string>): Promise<Response> {
    const [method = 'GET'] = routes[id].split(' ')
    const response = await send(url(id, input), { ...init, method, headers: { ...headers(), ...extra } }).catch(
      (error: unknown) => {
        if (init.signal?.aborted) throw error
        throw new ProblemError({ code: 'client.unreachable', status: 0 }, { cause: error })
      },
    )
    if (!response.ok) throw await problemOf(response)
    return response
  }

  function asked(id: Ids, input: Loose, options: CallOptions, extra: Record<string, string>): Promise<Response> {
    const { body } = input
    const init = { ...signalOf(options), ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    return request(id, input, init, { ...type, ...extra, ...keyOf(options) })
  }

  function url(id: Ids, { params = {}, query = {} }: Loose): string {
    const path = routes[id].slice(routes[id].indexOf(' ') + 1)
    const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      for (const each of Array.isArray(value) ? value : [value]) {
        if (each !== undefined && each !== null) search.append(name, String(each))
      }
    }
    return `${base}${filled}${search.size > 0 ? `?${search}` : ''}`
  }

  // Without the routes' types: 150 of them at once are more than the compiler can hold in one expression.
  const client: Untyped<Ids> = {
    headers,
    url,
    call: async (id, input, callOptions = {}) => read(await asked(id, input, callOptions, {})),
    async upload(id, input, content, { contentType, fileName, ...callOptions } = {}) {
      // Node asks for `duplex` when the content is a stream; browsers ignore it.
      const init = { body: content, duplex: 'half', ...signalOf(callOptions) } as RequestInit
      const extra = {
        'content-type': contentType ?? 'application/octet-stream',
        ...(fileName === undefined ? {} : { 'x-file-name': encodeURIComponent(fileName) }),
        ...keyOf(callOptions),
      }
      return read(await request(id, input, init, extra))
    },
    download: (id, input, callOptions = {}) => asked(id, input, callOptions, { accept: '*/*' }),
    stream: (id, input, onEvent, streamOptions = {}) =>
      follow((signal, extra) => request(id, input, { signal }, extra), onEvent, streamOptions),
  }
  return client as unknown as ClientOf<Ids>
}

type Untyped<Ids> = {
  readonly call: (id: Ids, input: Loose, options?: CallOptions) => Promise<unknown>
  readonly upload: (id: Ids, input: Loose, content: Content, options?: UploadOptions) => Promise<unknown>
  readonly download: (id: Ids, input: Loose, options?: CallOptions) => Promise<Response>
  readonly stream: (id: Ids, input: Loose, onEvent: OnEvent, options?: StreamOptions) => () => void
  readonly url: (id: Ids, input: Loose) => string
  readonly headers: () => Readonly<Record<string, string>>
}

const signalOf = ({ signal }: CallOptions): { readonly signal?: AbortSignal } => (signal ? { signal } : {})
const keyOf = ({ idempotencyKey }: CallOptions): Record<string, string> =>
  idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }

async function read<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T
  try {
    return (await response.json()) as T
  } catch (error) {
    throw new ProblemError({ code: 'client.bad_answer', status: response.status }, { cause: error })
  }
}
