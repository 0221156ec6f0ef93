import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form, Input, Typography } from 'antd'
import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import { type Output, problemOf } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { SignInFrame } from './SignInFrame.tsx'
import { signInText } from './text.ts'

/** Email and password, then the second factor where it is on, then back to where the person wanted to go. */
export function SignInPage() {
  const [ticket, setTicket] = useState<string>()
  const enter = useEnter()
  if (ticket === undefined) return <PasswordStep onTicket={setTicket} onEnter={enter} />
  return <SecondFactorStep ticket={ticket} onEnter={enter} onBack={() => setTicket(undefined)} />
}

type Me = Output<'identity.getMe'>

function useEnter(): (me: Me) => void {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  return (me) => {
    queries.clear()
    queries.setQueryData(['identity.getMe', {}], me)
    const from = search.get('from') ?? '/'
    // Only a path of the console itself: `//elsewhere` would leave it.
    void navigate(/^\/(?!\/)/.test(from) ? from : '/', { replace: true })
  }
}

function PasswordStep({
  onTicket,
  onEnter,
}: {
  readonly onTicket: (ticket: string) => void
  readonly onEnter: (me: Me) => void
}) {
  const t = useText(signInText)
  const signIn = useAction('identity.signIn', { showProblem: false })
  const [refusal, setRefusal] = useState<string>()
  const submit = async (body: { email: string; password: string }) => {
    setRefusal(undefined)
    try {
      const answer = await signIn.run({ body: { ...body, email: body.email.trim() } })
      if (answer.state === 'secondFactor') onTicket(answer.ticket)
      else onEnter(answer.me)
    } catch (error) {
      setRefusal(sentenceOf(error))
    }
  }
  return (
    <SignInFrame title={t('title')}>
      <Form layout="vertical" requiredMark={false} onFinish={(values) => void submit(values)}>
        {refusal && <Alert type="error" title={refusal} showIcon className="sign-in-refusal" />}
        <Form.Item name="email" label={t('email')} rules={[{ required: true, message: t('emailRequired') }]}>
          <Input size="large" type="email" autoComplete="username" autoFocus inputMode="email" />
        </Form.Item>
        <Form.Item name="password" label={t('password')} rules={[{ required: true, message: t('passwordRequired') }]}>
          <Input.Password size="large" autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" size="large" block htmlType="submit" loading={signIn.running}>
          {t('submit')}
        </Button>
        <Typography.Paragraph type="secondary" className="sign-in-foot">
          {t('forgot')}
        </Typography.Paragraph>
      </Form>
    </SignInFrame>
  )
}

type SecondFactorProps = { readonly ticket: string; readonly onEnter: (me: Me) => void; readonly onBack: () => void }

function SecondFactorStep({ ticket, onEnter, onBack }: SecondFactorProps) {
  const t = useText(signInText)
  const [recovery, setRecovery] = useState(false)
  const [code, setCode] = useState('')
  const [refusal, setRefusal] = useState<string>()
  const check = useAction('identity.secondFactor', { showProblem: false })
  const submit = async (typed: string) => {
    setRefusal(undefined)
    try {
      onEnter((await check.run({ body: { ticket, code: typed } })).me)
    } catch (error) {
      setCode('')
      setRefusal(sentenceOf(error))
      // Worth nothing any more: begin again with the password, with the reason in sight.
      if (problemOf(error).code === 'identity.ticket_expired') setTimeout(onBack, 1500)
    }
  }
  return (
    <SignInFrame title={t('secondTitle')} text={recovery ? t('recoveryText') : t('secondText')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit(code)
        }}
      >
        {refusal && <Alert type="error" title={refusal} showIcon className="sign-in-refusal" />}
        {recovery ? (
          <Input
            size="large"
            autoFocus
            className="num"
            placeholder="K7QF2-9XWTM"
            aria-label={t('recoveryCode')}
            value={code}
            maxLength={20}
            onChange={(event) => setCode(event.target.value.toUpperCase())}
          />
        ) : (
          <Input.OTP
            size="large"
            autoFocus
            length={6}
            value={code}
            formatter={(text) => text.replace(/\D/g, '')}
            onChange={(digits) => {
              setCode(digits)
              void submit(digits)
            }}
          />
        )}
        <Button
          type="primary"
          size="large"
          block
          htmlType="submit"
          loading={check.running}
          disabled={code.length < 6}
          style={{ marginTop: 20 }}
        >
          {t('verify')}
        </Button>
        <div className="sign-in-foot sign-in-links">
          <Button
            type="link"
            onClick={() => {
              setCode('')
              setRecovery(!recovery)
            }}
          >
            {recovery ? t('useTotp') : t('useRecovery')}
          </Button>
          <Button type="link" onClick={onBack}>
            {t('backToPassword')}
          </Button>
        </div>
      </form>
    </SignInFrame>
  )
}

const sentenceOf = (error: unknown): string => {
  const { message, fields } = problemOf(error)
  return fields[0]?.message ?? message
}
