import { SkuPicker } from './inputs.tsx'

/** A list's filter by SKU. @param label what stands in the empty field */
export const skuFilter = (label: string, width = 200) => ({
  kind: 'custom' as const,
  name: 'skuId' as const,
  label,
  render: (value: string | undefined, change: (value: string | undefined) => void) => (
    <SkuPicker
      value={value ? Number(value) : null}
      onChange={(skuId) => change(skuId === null ? undefined : String(skuId))}
      placeholder={label}
      style={{ width }}
      allowClear
    />
  ),
})
