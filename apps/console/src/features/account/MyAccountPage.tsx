import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio, Tag } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { type Locale, setLocale, useText } from '../../shared/i18n/index.ts'
import { useRoleName } from '../../shared/i18n/roles.ts'
import { PasswordFields } from '../../shared/parts/PasswordFields.tsx'
import { type Me, useMe } from '../../shared/session.tsx'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { MySessions } from './MySessions.tsx'
import { TwoFactor } from './TwoFactor.tsx'
import { accountText } from './text.ts'

/** What a person keeps about their own account: name, password, second factor, sessions. */
export function MyAccountPage() {
  const t = useText(accountText)
  return (
    <PageFrame title={t('title')} narrow>
      <div className="stack">
        <Profile />
        <TwoFactor />
        <Password />
        <MySessions />
      </div>
    </PageFrame>
  )
}

function Profile() {
  const t = useText(accountText)
  const roleName = useRoleName()
  const common = useText(commonText)
  const me = useMe()
  const queries = useQueryClient()
  const [form] = Form.useForm<{ name: string; locale: Locale }>()
  const { submit, saving } = useSubmit(form)
  const { message } = App.useApp()
  const save = useAction('identity.saveMe', { showProblem: false })
  const onSave = async (body: { name: string; locale: Locale }) => {
    queries.setQueryData<Me>(['identity.getMe', {}], await save.run({ body }))
    setLocale(body.locale)
    void message.success(common('saved'))
  }
  return (
    <Section title={t('profile')}>
      <Facts
        items={[
          [t('email'), me.email],
          [t('roles'), me.roles.map((role) => <Tag key={role.id}>{roleName(role)}</Tag>)],
        ]}
      />
      <Form
        form={form}
        layout="vertical"
        style={{ maxWidth: 360, marginTop: 16 }}
        initialValues={{ name: me.name, locale: me.locale }}
        onFinish={() => void submit(onSave)}
      >
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: t('nameRequired') }]}
        >
          <Input maxLength={40} autoComplete="name" />
        </Form.Item>
        <Form.Item name="locale" label={t('locale')}>
          <Radio.Group
            optionType="button"
            options={[
              { value: 'zh-CN', label: '简体中文' },
              { value: 'en', label: 'English' },
            ]}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={saving}>
          {common('save')}
        </Button>
      </Form>
    </Section>
  )
}

type PasswordValues = { readonly current: string; readonly next: string }

function Password() {
  const t = useText(accountText)
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<PasswordValues>()
  const { submit, saving } = useSubmit(form)
  const change = useAction('identity.changePassword', { showProblem: false, refresh: ['identity.listMySessions'] })
  const onSave = async ({ current, next }: PasswordValues) => {
    queries.setQueryData<Me>(['identity.getMe', {}], await change.run({ body: { current, next } }))
    form.resetFields()
    void message.success(t('passwordChanged'))
  }
  return (
    <Section title={t('password')}>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        style={{ maxWidth: 360 }}
        onFinish={() => void submit(onSave)}
      >
        <PasswordFields />
        <Form.Item extra={t('passwordHint')} style={{ marginBottom: 0 }}>
          <Button htmlType="submit" loading={saving}>
            {t('changePassword')}
          </Button>
        </Form.Item>
      </Form>
    </Section>
  )
}
