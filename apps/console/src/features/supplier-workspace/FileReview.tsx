import { Alert, Button, Checkbox, Drawer, Select, Typography } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Input, Output } from '../../shared/api/index.ts'
import { problemOf } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { fileText } from './fileText.ts'
import { Report } from './Report.tsx'
import { REFRESH_AFTER } from './useAccept.tsx'

type Read = Output<'workspace.readFile'>
type Part = 'remoteId' | 'name' | 'cost' | 'stock' | 'onSale'
type Mapping = Readonly<Record<Part, string>> & {
  readonly newKind: NonNullable<Input<'workspace.checkFile'>['body']['newKind']>
}
const PARTS: readonly Part[] = ['remoteId', 'name', 'cost', 'stock', 'onSale']
const KINDS = ['skip', 'card', 'direct', 'link'] as const
const NOTHING: Mapping = { remoteId: '', name: '', cost: '', stock: '', onSale: '', newKind: 'skip' }

/**
 * What the columns of a file are, what taking it would do, and taking it: one that a supplier's person sent, or, with `intakeId`, one that
 * came by itself and is the shop's to decide.
 */
export function FileReview({
  read,
  intakeId,
  onClose,
}: {
  readonly read: Read
  readonly intakeId?: number
  readonly onClose: () => void
}) {
  const t = useText(fileText)
  const common = useText(commonText)
  const [mapping, setMapping] = useState<Mapping>({ ...NOTHING, ...read.mapping })
  const [tried, setTried] = useState<Read>()
  const [anyway, setAnyway] = useState(false)
  const [problem, setProblem] = useState<string>()
  const check = useAction('workspace.checkFile', { showProblem: false })
  const apply = useAction('workspace.applyFile', { refresh: REFRESH_AFTER, done: t('taken'), showProblem: false })
  const checkIntake = useAction('workspace.checkIntake', { showProblem: false })
  const applyIntake = useAction('workspace.applyIntake', {
    refresh: ['workspace.', 'suppliers.'],
    done: t('taken'),
    showProblem: false,
  })
  const tryIt = () =>
    intakeId === undefined
      ? check.run({ params: { supplyFileId: read.id }, body: mapping })
      : checkIntake.run({ params: { intakeId }, body: mapping })
  const takeIt = () => {
    const body = { ...mapping, anyway }
    return intakeId === undefined
      ? apply.run({ params: { supplyFileId: read.id }, body })
      : applyIntake.run({ params: { intakeId }, body })
  }
  const say = async (deed: () => Promise<void>) => {
    setProblem(undefined)
    await deed().catch((error: unknown) => setProblem(problemOf(error).message))
  }
  const change = (patch: Partial<Mapping>) => {
    setMapping({ ...mapping, ...patch })
    setTried(undefined)
  }
  const asksAgain = read.isKnown || read.isOlder
  return (
    <Drawer
      open
      size="min(640px, 100vw)"
      title={read.name}
      onClose={onClose}
      footer={
        <div className="workspace-foot">
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button
            {...(tried ? {} : { type: 'primary' as const })}
            disabled={mapping.remoteId === ''}
            loading={check.running || checkIntake.running}
            onClick={() => void say(async () => setTried(await tryIt()))}
          >
            {t('try')}
          </Button>
          {tried && (
            <Button
              type="primary"
              disabled={asksAgain && !anyway}
              loading={apply.running || applyIntake.running}
              onClick={() =>
                void say(async () => {
                  await takeIt()
                  onClose()
                })
              }
            >
              {t('take')}
            </Button>
          )}
        </div>
      }
    >
      {asksAgain && (
        <Alert
          type="warning"
          showIcon
          title={t(read.isKnown ? 'known' : 'older')}
          description={
            <Checkbox checked={anyway} onChange={(event) => setAnyway(event.target.checked)}>
              {t('anyway')}
            </Checkbox>
          }
          style={{ marginBottom: 16 }}
        />
      )}
      {read.isGuessed && (
        <Alert type="info" showIcon title={t('guessed')} description={t('guessedText')} style={{ marginBottom: 16 }} />
      )}
      <Typography.Paragraph type="secondary">{t('columnsHint')}</Typography.Paragraph>
      <div className="workspace-columns">
        {PARTS.map((part) => (
          <div key={part}>
            <span>{t(`part_${part}`)}</span>
            <Select
              value={mapping[part]}
              aria-label={t(`part_${part}`)}
              onChange={(column: string) => change({ [part]: column })}
              options={[
                ...(part === 'remoteId' ? [] : [{ value: '', label: t('noColumn') }]),
                ...[...new Set(read.columns)]
                  .filter((column) => column !== '')
                  .map((column) => ({ value: column, label: column })),
              ]}
            />
          </div>
        ))}
        <div>
          <span>{t('newKind')}</span>
          <Select
            value={mapping.newKind}
            aria-label={t('newKind')}
            onChange={(newKind: Mapping['newKind']) => change({ newKind })}
            options={KINDS.map((kind) => ({ value: kind, label: t(`new_${kind}`) }))}
          />
        </div>
      </div>
      {problem !== undefined && <Alert type="error" showIcon title={problem} style={{ marginTop: 16 }} />}
      {tried?.report && <Report report={tried.report} />}
    </Drawer>
  )
}
