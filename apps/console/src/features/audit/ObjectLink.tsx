import { AUDIT_OBJECTS } from '@quanshu/contract/audit-actions'
import { Link } from 'react-router'
import { useBoth } from '../../shared/i18n/index.ts'
import { OneLine } from '../../shared/parts/values.tsx'

/** Pages of what an audit line is about, where there is one. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  order: (no) => `/orders/${no}`,
  goods: (id) => `/goods/${id}`,
  batch: (id) => `/batches/${id}`,
  bulk_order: (id) => `/bulk/${id}`,
  redeem_batch: (id) => `/redeem/${id}`,
  member: (id) => `/members/${id}`,
  sku: (id) => `/skus/${id}/supply`,
  supplier: (id) => `/suppliers/${id}`,
  supplier_profile: (id) => `/supplier-profiles/${id}`,
  restock: (id) => `/restocks/${id}`,
  complaint: (id) => `/complaints/${id}`,
  task: (id) => `/services/${id}`,
  wholesale_key: (id) => `/wholesale/${id}`,
}

export function ObjectLink({ kind, id }: { readonly kind: string; readonly id: string }) {
  const page = PAGES[kind]
  const both = useBoth()
  const known = AUDIT_OBJECTS[kind]
  const name = known ? both(known.zh, known.en) : kind
  const words = id === '' ? name : `${name} ${id}`
  if (page === undefined || !/^\d+$/.test(id)) return <OneLine>{words}</OneLine>
  return (
    <Link to={page(id)} className="num">
      {words}
    </Link>
  )
}
