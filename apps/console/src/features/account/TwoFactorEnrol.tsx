import { Alert, Button, Form, Input, Modal, Typography } from 'antd'
import { toDataURL } from 'qrcode'
import { useEffect, useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import { problemOf } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Copyable } from '../../shared/parts/values.tsx'
import { RecoveryCodes } from './RecoveryCodes.tsx'
import { accountText } from './text.ts'

type Secret = { readonly secret: string; readonly otpauthUrl: string }

/** Password, QR code, first code, recovery codes. The secret never leaves this page: the picture is drawn here. */
export function TwoFactorEnrol({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const t = useText(accountText)
  const [secret, setSecret] = useState<Secret>()
  const [codes, setCodes] = useState<readonly string[]>()
  const close = () => {
    setSecret(undefined)
    onClose()
  }
  return (
    <>
      <Modal
        open={open && codes === undefined}
        title={secret ? t('scanTitle') : t('turnOn')}
        onCancel={close}
        footer={null}
        width={440}
        destroyOnHidden
        mask={{ closable: false }}
      >
        {secret ? <ScanStep secret={secret} onCodes={setCodes} /> : <PasswordStep onSecret={setSecret} />}
      </Modal>
      <RecoveryCodes
        codes={codes}
        onClose={() => {
          setCodes(undefined)
          close()
        }}
      />
    </>
  )
}

function PasswordStep({ onSecret }: { readonly onSecret: (secret: Secret) => void }) {
  const t = useText(accountText)
  const enrol = useAction('identity.enrolTotp', { showProblem: false })
  const [refusal, setRefusal] = useState<string>()
  const submit = async (body: { password: string }) => {
    try {
      onSecret(await enrol.run({ body }))
    } catch (error) {
      setRefusal(problemOf(error).message)
    }
  }
  return (
    <Form layout="vertical" requiredMark={false} onFinish={(values) => void submit(values)}>
      {refusal && <Alert type="error" title={refusal} style={{ marginBottom: 12 }} />}
      <Form.Item name="password" label={t('proveTitle')} rules={[{ required: true, message: t('proveTitle') }]}>
        <Input.Password autoFocus autoComplete="current-password" maxLength={128} />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={enrol.running}>
        {t('next')}
      </Button>
    </Form>
  )
}

function ScanStep({
  secret,
  onCodes,
}: {
  readonly secret: Secret
  readonly onCodes: (codes: readonly string[]) => void
}) {
  const t = useText(accountText)
  const [picture, setPicture] = useState<string>()
  const [code, setCode] = useState('')
  const [refusal, setRefusal] = useState<string>()
  const check = useAction('identity.confirmTotp', { showProblem: false, refresh: ['identity.getMe', 'setup.'] })
  useEffect(() => {
    void toDataURL(secret.otpauthUrl, { margin: 2, width: 400, errorCorrectionLevel: 'M' }).then(setPicture)
  }, [secret])
  const submit = async (digits: string) => {
    setCode(digits)
    setRefusal(undefined)
    try {
      onCodes((await check.run({ body: { code: digits } })).recoveryCodes)
    } catch (error) {
      setCode('')
      setRefusal(problemOf(error).message)
    }
  }
  return (
    <div className="enrol">
      <Typography.Paragraph type="secondary">{t('scanText')}</Typography.Paragraph>
      <div className="enrol-qr">{picture && <img src={picture} alt={t('scanTitle')} width={200} height={200} />}</div>
      <Typography.Paragraph>
        {t('secret')} <Copyable text={secret.secret} code />
      </Typography.Paragraph>
      <Typography.Paragraph strong>{t('enterCode')}</Typography.Paragraph>
      {refusal && <Alert type="error" title={refusal} style={{ marginBottom: 12 }} />}
      <Input.OTP
        autoFocus
        length={6}
        value={code}
        disabled={check.running}
        formatter={(text) => text.replace(/\D/g, '')}
        onChange={(digits) => void submit(digits)}
      />
    </div>
  )
}
