/**
 * How a sending ended. `refused` and `not_sent` are proof that nothing arrived; after `unknown` it may have.
 */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly ref: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }
