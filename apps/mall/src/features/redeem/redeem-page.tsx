import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import type { Problem } from '../../shared/api/problem.ts'
import { useMe } from '../../shared/api/queries.ts'
import { codeMemory } from '../../shared/code-memory.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { TextField } from '../../shared/ui/field.tsx'
import { Card, Page } from '../../shared/ui/page.tsx'
import { Bone, ErrorState, Loading, Notice } from '../../shared/ui/states.tsx'
import { Face } from './face.tsx'
import css from './redeem.module.css'
import { RedeemForm } from './redeem-form.tsx'

/** Where a link or QR code of the shop leads: what the code is good for, and its redemption. */
export function RedeemPage() {
  const { t } = useI18n()
  const [code, setCode] = useState(codeMemory.take)
  useEffect(() => {
    // Another link of this shop, opened in the same tab.
    const onHash = () => setCode(codeMemory.take())
    addEventListener('hashchange', onHash)
    return () => removeEventListener('hashchange', onHash)
  }, [])
  const another = () => {
    codeMemory.forget()
    setCode('')
  }
  const enter = (typed: string) => {
    codeMemory.write(typed)
    setCode(typed)
  }
  return (
    <Page title={t('redeem.title')} narrow>
      {code === '' ? <TypeCode onEnter={enter} /> : <Found key={code} code={code} onAnother={another} />}
    </Page>
  )
}

function TypeCode({
  initial = '',
  problem,
  onEnter,
}: {
  readonly initial?: string
  readonly problem?: Problem
  readonly onEnter: (code: string) => void
}) {
  const { t } = useI18n()
  const [typed, setTyped] = useState(initial)
  const [tried, setTried] = useState(false)
  return (
    <>
      <p className={css.intro}>{t('redeem.intro')}</p>
      <Card>
        <form
          className={css.form}
          noValidate
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            setTried(true)
            if (typed.trim() !== '') onEnter(typed.trim())
          }}
        >
          <TextField
            label={t('redeem.code')}
            hint={t('redeem.codeHint')}
            error={tried && typed.trim() === '' ? t('redeem.codeMissing') : undefined}
            className={css.code}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={40}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          {problem && <Notice>{problem.message}</Notice>}
          <Button type="submit" look="primary" size="large">
            {t('redeem.look')}
          </Button>
        </form>
      </Card>
    </>
  )
}

function Found({ code, onAnother }: { readonly code: string; readonly onAnother: () => void }) {
  const { locale } = useI18n()
  const [asked, setAsked] = useState(code)
  const me = useMe()
  const face = useQuery({
    queryKey: ['redeem', asked, locale],
    queryFn: () => call('redeem.look', { body: { code: asked } }),
    // A wrong code is counted: it is asked about once.
    retry: false,
    staleTime: 10_000,
    gcTime: 0,
  })
  if (face.error && face.data === undefined) {
    const problem = problemOf(face.error)
    if (problem.status === 0 || problem.status >= 500) {
      return <ErrorState problem={problem} onRetry={() => void face.refetch()} />
    }
    const again = (typed: string) => {
      codeMemory.write(typed)
      if (typed === asked) void face.refetch()
      else setAsked(typed)
    }
    return <TypeCode key={asked} initial={asked} problem={problem} onEnter={again} />
  }
  if (face.isPending || me.isPending) {
    return (
      <Loading>
        <Bone height={150} radius={14} />
        <Bone height={260} radius={14} />
      </Loading>
    )
  }
  const isOpen = face.data.standing === 'open'
  return (
    <>
      <Face face={face.data} code={asked} onAnother={onAnother} />
      {isOpen && <RedeemForm code={asked} face={face.data} me={me.data ?? null} onStale={() => void face.refetch()} />}
    </>
  )
}
