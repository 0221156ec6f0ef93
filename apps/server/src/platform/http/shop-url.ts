const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

/**
 * Where a buyer comes back to. On one's own machine `localhost` and `127.0.0.1` are two sites to a browser, and the
 * visitor's cookie is only at the one that was opened; anywhere else the configured address is the only one believed.
 */
export function shopUrlOf(publicUrl: string, host: string, prefix: string): string {
  const own = new URL(publicUrl)
  return (LOOPBACK.test(own.host) && LOOPBACK.test(host) ? `${own.protocol}//${host}` : publicUrl) + prefix
}
