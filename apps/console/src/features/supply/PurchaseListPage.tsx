import { PurchaseList } from './PurchaseList.tsx'

/** Every asking of every supplier. */
export function PurchaseListPage() {
  return <PurchaseList />
}
