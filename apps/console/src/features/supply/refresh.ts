/** What must be read again after something about supply was changed: suppliers, their shelves, goods, orders that wait. */
export const REFRESH_AFTER: readonly string[] = ['suppliers.', 'catalog.', 'setup.']
/** After a purchase was settled its order moves too. */
export const REFRESH_AFTER_PURCHASE: readonly string[] = ['suppliers.', 'orders.', 'fulfilment.', 'ledger.']
