/** What must be read again after an order was acted upon: orders, the desk, its codes, its money. */
export const REFRESH_AFTER: readonly string[] = [
  'orders.',
  'fulfilment.',
  'vault.',
  'stock.',
  'payments.',
  'ledger.',
  'members.',
]
