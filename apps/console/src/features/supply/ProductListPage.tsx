import { ProductList } from './ProductList.tsx'

/** What all suppliers sell, to compare prices and to choose sources from. */
export function ProductListPage() {
  return <ProductList />
}
