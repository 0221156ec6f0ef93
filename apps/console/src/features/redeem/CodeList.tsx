import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Nothing, Time } from '../../shared/parts/values.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { CodeActions } from './CodeActions.tsx'
import { MaskedCode, UsedOf } from './codeCells.tsx'
import { redeemText } from './text.ts'

const RUNNING_MS = 2_000

/** Codes of a series, masked. */
export function CodeList({ batchId, isMaking }: { readonly batchId: number; readonly isMaking: boolean }) {
  const t = useText(redeemText)
  return (
    <ListPage
      embedded
      id="redeemCodes"
      title={t('tabCodes')}
      route="redeem.listCodes"
      params={{ redeemBatchId: batchId }}
      rowKey={(code) => code.id}
      refreshMs={() => (isMaking ? RUNNING_MS : false)}
      filters={[{ kind: 'states', name: 'standing', label: t('standing'), of: 'redeemCode' }]}
      rowActions={(code) => <CodeActions code={code} />}
      rowActionsWidth={150}
      columns={[
        {
          key: 'code',
          title: t('code'),
          width: 210,
          phone: 'title',
          render: (code) => <MaskedCode code={code} />,
        },
        {
          key: 'standing',
          title: t('standing'),
          width: 110,
          phone: 'extra',
          render: (code) => <StateTag kind="redeemCode" state={code.standing} />,
        },
        {
          key: 'used',
          title: t('used'),
          width: 110,
          align: 'right',
          render: (code) => <UsedOf code={code} batchId={batchId} />,
        },
        {
          key: 'handedOutAt',
          title: t('handedOutAt'),
          width: 170,
          phone: 'hide',
          render: (code) => (code.handedOutAt ? <Time value={code.handedOutAt} /> : <Nothing />),
        },
        {
          key: 'expiresAt',
          title: t('validTo'),
          width: 170,
          render: (code) => (code.expiresAt ? <Time value={code.expiresAt} /> : t('never')),
        },
      ]}
      empty={{ title: t(isMaking ? 'making' : 'noCodes') }}
    />
  )
}
