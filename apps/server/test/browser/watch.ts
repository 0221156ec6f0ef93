import type { BrowserContext, Request } from 'playwright-core'

/** An answer that is part of the play, such as "who am I" before signing in. */
export type Foreseen = { readonly status: number; readonly url: RegExp }

/**
 * Writes down whatever a visitor's browser complains about: errors on the console (a refusal by the content security
 * policy is one), exceptions nobody caught, requests that failed or were refused.
 */
export function watch(context: BrowserContext, who: string, foreseen: readonly Foreseen[], faults: string[]): void {
  const note = (what: string): void => void faults.push(`${who}: ${what}`)
  context.on('console', (message) => {
    // What the network refused is reported below, with its address and what was foreseen.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return
    note(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (thrown) => note(`uncaught: ${thrown.error().stack ?? thrown.error().message}`))
  context.on('requestfailed', (request) => {
    if (!leftBehind(request)) note(`failed: ${request.method()} ${request.url()} ${request.failure()?.errorText}`)
  })
  context.on('response', (response) => {
    const isForeseen = foreseen.some(({ status, url }) => status === response.status() && url.test(response.url()))
    if (response.status() >= 400 && !isForeseen)
      note(`${response.status()}: ${response.request().method()} ${response.url()}`)
  })
}

/** Leaving a page ends its open streams and requests. */
const leftBehind = (request: Request): boolean => request.failure()?.errorText === 'net::ERR_ABORTED'
