import { Alert, Input, InputNumber, Segmented, Select, Switch, Typography } from 'antd'
import { type ReactNode, useMemo, useState } from 'react'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { type Assembly, FIRST_ASSEMBLY, judge, patternOf } from './pattern.ts'
import { generationText } from './text.ts'
import './generations.css'

type Props = { readonly value?: string; readonly onChange?: (pattern: string) => void }

/** The pattern of codes, put together from choices or written; with samples, and how hard they are to guess. */
export function PatternField({ value = '', onChange }: Props) {
  const t = useText(generationText)
  const [by, setBy] = useState<'assemble' | 'write'>('assemble')
  const [assembly, setAssembly] = useState(FIRST_ASSEMBLY)
  const assemble = (next: Assembly) => {
    setAssembly(next)
    onChange?.(patternOf(next))
  }
  return (
    <>
      <Segmented<'assemble' | 'write'>
        value={by}
        onChange={(next) => {
          setBy(next)
          if (next === 'assemble') assemble(assembly)
        }}
        options={[
          { value: 'assemble', label: t('assemble') },
          { value: 'write', label: t('write') },
        ]}
        style={{ marginBottom: 12 }}
      />
      {by === 'assemble' ? (
        <Choices assembly={assembly} onChange={assemble} />
      ) : (
        <>
          <Input
            className="pattern-input"
            aria-label={t('pattern')}
            value={value}
            maxLength={64}
            onChange={(event) => onChange?.(event.target.value.trim())}
            spellCheck={false}
            autoComplete="off"
          />
          <Typography.Paragraph type="secondary" style={{ margin: '6px 0 0' }}>
            {t('patternHint')}
          </Typography.Paragraph>
        </>
      )}
      <Judged pattern={value} />
    </>
  )
}

function Choices({ assembly, onChange }: { readonly assembly: Assembly; readonly onChange: (next: Assembly) => void }) {
  const t = useText(generationText)
  const set = (patch: Partial<Assembly>) => onChange({ ...assembly, ...patch })
  return (
    <div className="pattern-choices">
      <Choice label={t('prefix')}>
        <Input
          value={assembly.prefix}
          placeholder={t('prefixHint')}
          maxLength={12}
          onChange={(event) => set({ prefix: event.target.value.replace(/[^A-Za-z0-9]/g, '') })}
        />
      </Choice>
      <Choice label={t('characters')} wide>
        <Select
          value={assembly.place}
          onChange={(place) => set({ place })}
          options={[
            { value: '*', label: t('clear') },
            { value: '#', label: t('digits') },
            { value: '@', label: t('letters') },
          ]}
        />
      </Choice>
      <Choice label={t('groups')}>
        <InputNumber
          min={1}
          max={8}
          precision={0}
          value={assembly.groups}
          onChange={(groups) => set({ groups: groups ?? 1 })}
        />
      </Choice>
      <Choice label={t('length')}>
        <InputNumber
          min={2}
          max={24}
          precision={0}
          value={assembly.length}
          onChange={(length) => set({ length: length ?? 2 })}
        />
      </Choice>
      <Choice label={t('separator')}>
        <Select
          value={assembly.separator}
          onChange={(separator) => set({ separator })}
          options={[
            { value: '-', label: '-' },
            { value: '.', label: '.' },
            { value: '_', label: '_' },
            { value: '', label: t('none') },
          ]}
        />
      </Choice>
      <span className="pattern-check">
        <Switch checked={assembly.check} onChange={(check) => set({ check })} aria-label={t('check')} />
        {t('check')}
      </span>
    </div>
  )
}

function Choice({
  label,
  wide = false,
  children,
}: {
  readonly label: string
  readonly wide?: boolean
  readonly children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child.
    <label className={wide ? 'wide' : undefined}>
      <span>{label}</span>
      {children}
    </label>
  )
}

function Judged({ pattern }: { readonly pattern: string }) {
  const t = useText(generationText)
  const judged = useMemo(() => judge(pattern), [pattern])
  if ('problem' in judged) {
    return <Alert type="error" showIcon title={t(`problem.${judged.problem}`)} style={{ marginTop: 12 }} />
  }
  return (
    <dl className="pattern-judged">
      <div>
        <dt>{t('sample')}</dt>
        <dd className="num">
          {judged.samples.map((sample) => (
            <div key={sample}>{sample}</div>
          ))}
        </dd>
      </div>
      <div>
        <dt>{t('strength')}</dt>
        <dd>
          {judged.most === 0 ? (
            <Typography.Text type="danger">{t('tooWeak')}</Typography.Text>
          ) : (
            t('bits', { bits: judged.bits, most: formatCount(Math.min(judged.most, CODES_MAX)) })
          )}
        </dd>
      </div>
    </dl>
  )
}

/** What one batch may hold, however strong its pattern is. */
export const CODES_MAX = 1_000_000
