import { CheckCircleFilled, CloseCircleFilled, LoadingOutlined, QuestionCircleFilled } from '@ant-design/icons'
import { Alert, Button, Drawer, Form, Skeleton, Typography } from 'antd'
import { type ReactNode, useEffect, useState } from 'react'
import { Link } from 'react-router'
import { newKey, useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output, Row } from '../../shared/api/index.ts'
import { problemOf } from '../../shared/api/problem.ts'
import { formatHao, formatSeconds } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { BuyerFields } from './BuyerFields.tsx'
import { productText } from './productText.ts'
import { isOpen, useNow } from './purchase.ts'

type Product = Row<'suppliers.listProducts'>
type Purchase = Output<'suppliers.tryProduct'>
type Values = { readonly fields?: Readonly<Record<string, string | undefined>> }

const WATCH_MS = 1_000

/** One piece bought for real, from what the supplier asks for to what it answers, with the time it took. */
export function TryProduct({ product, onClose }: { readonly product: Product; readonly onClose: () => void }) {
  const t = useText(productText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const [bought, setBought] = useState<Purchase>()
  const [key, setKey] = useState(newKey)
  const params = { productId: product.id }
  const asked = useAction('suppliers.fetchProduct', { showProblem: false })
  const [told, setTold] = useState<Output<'suppliers.fetchProduct'>>()
  const [problem, setProblem] = useState<unknown>()
  const buy = useAction('suppliers.tryProduct', { showProblem: false, refresh: ['suppliers.'] })
  const { run } = asked
  // Asked once when it opens: price and form are to be those of this minute.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    run({ params, body: {} }).then(setTold, setProblem)
  }, [product.id])

  const cost = formatHao(told?.costHao ?? product.costHao, product.currency)
  const go = () =>
    void submit(async ({ fields = {} }) => {
      const filled = Object.fromEntries(
        Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : [])),
      )
      setBought(await buy.run({ params, body: { fields: filled } }, key))
    })
  return (
    <Drawer
      open
      size="min(480px, 100vw)"
      title={t('tryTitle', { name: product.name })}
      onClose={onClose}
      footer={
        <div className="supply-foot">
          <Button onClick={onClose}>{common('close')}</Button>
          {bought ? (
            <Button
              onClick={() => {
                setKey(newKey())
                setBought(undefined)
              }}
            >
              {t('tryAgain')}
            </Button>
          ) : (
            <Button type="primary" danger loading={saving} disabled={!told} onClick={go}>
              {t('tryGo', { cost })}
            </Button>
          )}
        </div>
      }
    >
      {bought ? (
        <Outcome first={bought} />
      ) : (
        <>
          <Alert type="warning" showIcon title={t('tryText', { cost })} style={{ marginBottom: 16 }} />
          {problem !== undefined && <Alert type="error" showIcon title={problemOf(problem).message} />}
          {!told && problem === undefined && <Skeleton active paragraph={{ rows: 3 }} />}
          {told && (
            <Form form={form} layout="vertical" autoComplete="off" onFinish={go}>
              {told.fields && told.fields.length > 0 ? (
                <BuyerFields fields={told.fields} />
              ) : (
                <Typography.Text type="secondary">{t('tryNoFields')}</Typography.Text>
              )}
              <button type="submit" hidden />
            </Form>
          )}
        </>
      )}
    </Drawer>
  )
}

function Outcome({ first }: { readonly first: Purchase }) {
  const t = useText(productText)
  const read = useRead(
    'suppliers.readPurchase',
    { params: { purchaseId: first.id } },
    { refreshMs: isOpen(first.state) ? WATCH_MS : false },
  )
  const purchase = read.data ?? first
  const open = isOpen(purchase.state)
  const now = useNow(open)
  const since = Date.parse(purchase.sentAt ?? purchase.createdAt)
  const seconds = Math.max(0, ((purchase.endedAt ? Date.parse(purchase.endedAt) : now) - since) / 1000)
  const [sign, title] = faceOf(purchase.state, t, formatSeconds(seconds))
  return (
    <div className="supply-outcome" role="status">
      {sign}
      <Typography.Title level={4}>{title}</Typography.Title>
      <div>
        <StateTag kind="purchase" state={purchase.state} />
      </div>
      {open && <span className="supply-clock num">{formatSeconds(seconds)}</span>}
      {purchase.message && (
        <Typography.Paragraph>
          {purchase.message} {purchase.code && <Typography.Text type="secondary">({purchase.code})</Typography.Text>}
        </Typography.Paragraph>
      )}
      {open && <Typography.Text type="secondary">{t('tryLeave')}</Typography.Text>}
      <Link to={`/purchases?purchase=${purchase.id}`}>{t('tryPurchase')}</Link>
    </div>
  )
}

function faceOf(
  state: Purchase['state'],
  t: ReturnType<typeof useText<keyof typeof productText.keys>>,
  time: string,
): readonly [ReactNode, string] {
  if (state === 'done' || state === 'partial') {
    return [<CheckCircleFilled key="sign" style={{ color: 'var(--good)' }} />, t('tryDone', { time })]
  }
  if (state === 'unknown')
    return [<QuestionCircleFilled key="sign" style={{ color: 'var(--warn)' }} />, t('tryUnknown')]
  if (isOpen(state)) return [<LoadingOutlined key="sign" style={{ color: 'var(--accent)' }} />, t('tryWaiting')]
  return [<CloseCircleFilled key="sign" style={{ color: 'var(--danger)' }} />, t('tryRefused')]
}
