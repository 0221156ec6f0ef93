import type { ReportDimension } from '@quanshu/contract/reports'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { NOTHING_TEXT, reportText } from './text.ts'

type Keyed = { readonly key: string | null; readonly title: string; readonly titleEn: string }

/** What a row of a dimension is called on the screen: gateways by their names, and what says nothing in words. */
export function useRowName(): (by: ReportDimension, row: Keyed) => string {
  const t = useText(reportText)
  const both = useBoth()
  const payWay = usePayWayName()
  return (by, { key, title, titleEn }) => {
    if (key === null) return t(NOTHING_TEXT[by])
    if (by === 'payWay') return payWay(key)
    if (by === 'channel') return key === 'mall' ? t('channelMall') : key === 'wholesale' ? t('channelWholesale') : key
    return both(title, titleEn)
  }
}

/** Several ways on one order are joined by `+`. */
export function usePayWayName(): (ways: string) => string {
  const name = useGatewayName()
  return (ways) => ways.split('+').map(name).join(' + ')
}
