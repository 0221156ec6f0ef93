import { client } from './client.ts'
import type { FileRouteId, Input, Output, RouteId } from './contract.ts'
import { problemOf } from './problem.ts'

export { consoleBase, fileUrl, pictureUrl, tenantRoot } from './base.ts'
export { upload, watch } from './client.ts'
export type { FileRouteId, Input, ListRouteId, Output, RouteId, Row } from './contract.ts'
export { type Problem, problemOf } from './problem.ts'

type CallOptions = { readonly signal?: AbortSignal; readonly idempotencyKey?: string }

/** Calls a route by its id. @throws what `problemOf` reads. */
export function call<Id extends RouteId>(id: Id, input: Input<Id>, options: CallOptions = {}): Promise<Output<Id>> {
  return client.call(id, input, options) as Promise<Output<Id>>
}

/** Fetches a file route and hands it to the browser's downloads. @returns the file's name. */
export async function download<Id extends FileRouteId>(id: Id, input: Input<Id>): Promise<string> {
  const response = await client.download(id, input)
  const name = fileNameOf(response.headers.get('content-disposition')) ?? `${id}.xlsx`
  const address = URL.createObjectURL(await response.blob())
  const link = Object.assign(document.createElement('a'), { href: address, download: name })
  link.click()
  // Some browsers read the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
  return name
}

/** True when the person must sign in (again). */
export const isSignedOut = (error: unknown): boolean => {
  const problem = problemOf(error)
  return problem.status === 401 && problem.code === 'common.sign_in_required'
}

function fileNameOf(disposition: string | null): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  if (encoded) return decodeURIComponent(encoded)
  return /filename="([^"]+)"/.exec(disposition ?? '')?.[1]
}
