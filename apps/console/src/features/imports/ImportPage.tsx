import { useSearchParams } from 'react-router'
import { ImportForm } from './ImportForm.tsx'
import { ImportRun } from './ImportRun.tsx'

/** The import: first what and where to, then its progress and result. The batch in the address survives a reload. */
export function ImportPage() {
  const [search, setSearch] = useSearchParams()
  const batchId = Number(search.get('batch') ?? 0)
  if (batchId > 0) return <ImportRun key={batchId} batchId={batchId} />
  const skuId = Number(search.get('skuId') ?? 0) || undefined
  return <ImportForm skuId={skuId} onStarted={(id) => setSearch({ batch: String(id) })} />
}
