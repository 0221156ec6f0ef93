import { CheckCircleFilled } from '@ant-design/icons'
import type { SetupStep } from '@quanshu/contract'
import { Button, Card, Progress, Result, Typography } from 'antd'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import { type Output, tenantRoot } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { BoardPage } from '../../shared/templates/BoardPage.tsx'
import { setupText } from './text.ts'

type Guide = Output<'setup.getGuide'>

/** Where each step is done; the shop itself lies outside of the console. */
const PLACES: Readonly<Record<SetupStep, string | undefined>> = {
  shop: '/settings',
  twoFactor: '/me',
  gateway: '/settings?tab=payment',
  goods: '/goods/new',
  stock: '/imports/new',
  testOrder: undefined,
  staff: '/staff?new=1',
}

/** From an empty shop to the first sale: what is done, what is next. */
export function SetupPage() {
  const t = useText(setupText)
  const read = useRead('setup.getGuide', {})
  return (
    <BoardPage read={read} title={t('title')} hint={() => t('hint')} actions={<DismissButton guide={read.data} />}>
      {(guide) => <Steps guide={guide} />}
    </BoardPage>
  )
}

function Steps({ guide }: { readonly guide: Guide }) {
  const t = useText(setupText)
  const next = guide.steps.find(({ done }) => !done)?.step
  return (
    <div className="stack" style={{ maxWidth: 860 }}>
      <Card size="small">
        {next === undefined ? (
          <Result status="success" title={t('allDone')} subTitle={t('allDoneHint')} style={{ padding: 16 }} />
        ) : (
          <>
            <Typography.Text>{t('progress', { done: guide.doneCount, total: guide.steps.length })}</Typography.Text>
            <Progress
              aria-label={t('progress', { done: guide.doneCount, total: guide.steps.length })}
              percent={Math.round((guide.doneCount / guide.steps.length) * 100)}
              showInfo={false}
            />
          </>
        )}
      </Card>
      <Card size="small" styles={{ body: { padding: '4px 16px' } }}>
        {guide.steps.map(({ step, done }, index) => (
          <StepLine key={step} step={step} done={done} number={index + 1} isNext={step === next} />
        ))}
      </Card>
    </div>
  )
}

type LineProps = { readonly step: SetupStep; readonly done: boolean; readonly number: number; readonly isNext: boolean }

function StepLine({ step, done, number, isNext }: LineProps) {
  const t = useText(setupText)
  return (
    <div className="line-item setup-step">
      {done ? (
        <CheckCircleFilled className="setup-done" />
      ) : (
        <span className={isNext ? 'setup-number setup-next' : 'setup-number'}>{number}</span>
      )}
      <div className="line-main">
        <Typography.Text strong={!done} {...(done ? { type: 'secondary' as const } : {})}>
          {t(step)}
        </Typography.Text>
        <div>
          <Typography.Text type="secondary">{t(`${step}Text`)}</Typography.Text>
        </div>
      </div>
      <GoButton step={step} primary={isNext} />
    </div>
  )
}

function GoButton({ step, primary }: { readonly step: SetupStep; readonly primary: boolean }) {
  const t = useText(setupText)
  const place = PLACES[step]
  const type = primary ? 'primary' : 'default'
  if (place === undefined) {
    return (
      <Button type={type} href={tenantRoot} target="_blank">
        {t(`${step}Go`)}
      </Button>
    )
  }
  return (
    <Link to={place}>
      <Button type={type} tabIndex={-1}>
        {t(`${step}Go`)}
      </Button>
    </Link>
  )
}

function DismissButton({ guide }: { readonly guide: Guide | undefined }) {
  const t = useText(setupText)
  const save = useAction('tenancy.saveSettings', { refresh: ['setup.', 'tenancy.getSettings'], done: t('dismissed') })
  if (!guide || guide.dismissed) return null
  return (
    <ActionButton
      permission="settings.manage"
      loading={save.running}
      onClick={() => void save.go({ body: { values: { 'setup.dismissed': true }, versions: {} } })}
    >
      {t('dismiss')}
    </ActionButton>
  )
}
