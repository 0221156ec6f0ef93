/**
 * The text that is signed when one shop calls another (docs/wholesale-api.md). Both ends are ours and speak the same protocol, so
 * both make the text here; a vector is published with the protocol and tested, so that this cannot change unseen.
 */
export const WHOLESALE_SCHEME = 'QS1-HMAC-SHA256'
/** How far the clocks of two shops may be apart. A call is good for no longer than this, nor twice. */
export const WHOLESALE_WINDOW_SECONDS = 300
/** After so many seconds a number that is not known was never taken: the last call that could bring it has run out long before. */
export const WHOLESALE_NOT_FOUND_IS_FINAL_SECONDS = 900
/** Shops that one order may come through. */
export const WHOLESALE_HOPS_MAX = 5
/** What answers a callback, byte for byte, with status 200. */
export const WHOLESALE_ACKNOWLEDGEMENT = 'success'

export type WholesaleCall = {
  readonly method: string
  /** From `/api/wholesale/` on, with the query as it is sent: what stands before that is the way, not the call. */
  readonly path: string
  /** Seconds since 1970. */
  readonly timestamp: string
  readonly nonce: string
  /** SHA-256 of the body, in lower hex; of nothing where there is no body. */
  readonly bodyHash: string
}

/** Six lines, the last without an end. */
export const wholesaleText = ({ method, path, timestamp, nonce, bodyHash }: WholesaleCall): string =>
  [WHOLESALE_SCHEME, method, path, timestamp, nonce, bodyHash].join('\n')
