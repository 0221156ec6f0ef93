import { useQueryClient } from '@tanstack/react-query'
import { Button, Form } from 'antd'
import { Navigate, useNavigate } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { PasswordFields } from '../../shared/parts/PasswordFields.tsx'
import { useMe } from '../../shared/session.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { SignInFrame } from './SignInFrame.tsx'
import { signInText } from './text.ts'

type Values = { readonly current: string; readonly next: string }

/** The first sign-in with a password that somebody else chose. */
export function MustChangePasswordPage() {
  const t = useText(signInText)
  const me = useMe()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const change = useAction('identity.changePassword', { showProblem: false })
  const save = async ({ current, next }: Values) => {
    queries.setQueryData(['identity.getMe', {}], await change.run({ body: { current, next } }))
    void navigate('/', { replace: true })
  }
  if (!me.mustChangePassword) return <Navigate to="/" replace />
  return (
    <SignInFrame title={t('mustChangeTitle')} text={t('mustChangeText')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={() => void submit(save)}>
        <PasswordFields />
        <Button type="primary" size="large" block htmlType="submit" loading={saving}>
          {t('changeAndGo')}
        </Button>
      </Form>
    </SignInFrame>
  )
}
