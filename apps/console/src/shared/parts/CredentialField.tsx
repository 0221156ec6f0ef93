import { FileTextOutlined } from '@ant-design/icons'
import { Button, Form, Input, Select, Tag, Upload } from 'antd'
import { defineMessages, useBoth, useText } from '../i18n/index.ts'
import './credentials.css'

type Both = { readonly zh: string; readonly en: string }
/** What an outside service asks for, as the server describes it. */
type Field = {
  readonly key: string
  readonly name: Both
  readonly hint: Both | null
  readonly secret: boolean
  readonly required: boolean
  readonly multiline: boolean
  readonly choices: readonly string[]
  /** A secret that the server has already. */
  readonly isStored: boolean
}

const text = defineMessages('credentials', {
  stored: ['已保存', 'Stored'],
  optional: ['选填', 'optional'],
  required: ['必填', 'Required'],
  secretKept: ['已保存，留空则不变', 'Stored; leave empty to keep it'],
  fromFile: ['从文件读取', 'Read from a file'],
  notAKeyFile: ['文件过大，不是密钥或证书', 'Too large for a key or certificate'],
})

/** Keys and certificates have a few kilobytes; what is larger is another file. */
const KEY_FILE_BYTES_MAX = 64 * 1024
const TEXT_MAX = { multiline: 8_000, secret: 500, plain: 300 } as const

/** One thing a gateway or supplier asks for. A secret that is stored stays when it is left empty. */
export function CredentialField({ field, enabled = true }: { readonly field: Field; readonly enabled?: boolean }) {
  const t = useText(text)
  const both = useBoth()
  const name = [field.secret ? 'secrets' : 'settings', field.key]
  const kept = field.secret && field.isStored
  const label = (
    <>
      {both(field.name.zh, field.name.en)}
      {kept && (
        <Tag color="success" style={{ marginInlineStart: 8 }}>
          {t('stored')}
        </Tag>
      )}
      {!field.required && <span className="field-optional">{t('optional')}</span>}
    </>
  )
  return (
    <Form.Item
      className={field.multiline ? 'field-wide' : ''}
      label={label}
      // What antd calls the input inside, so that the label belongs to it.
      htmlFor={name.join('_')}
      required={field.required}
      extra={field.hint && both(field.hint.zh, field.hint.en)}
    >
      <Form.Item
        name={name}
        noStyle
        // Switched off, a gateway may be stored half filled in.
        rules={enabled && field.required && !kept ? [{ required: true, whitespace: true, message: t('required') }] : []}
      >
        <Control field={field} placeholder={kept ? t('secretKept') : ''} />
      </Form.Item>
      {field.multiline && <FromFile name={name} />}
    </Form.Item>
  )
}

/** `Form.Item` adds value, change and id; they go to whichever input it is. */
function Control({ field, placeholder, ...input }: { readonly field: Field; readonly placeholder: string }) {
  if (field.choices.length > 0) {
    return <Select {...input} options={field.choices.map((value) => ({ value, label: value }))} />
  }
  if (field.multiline) {
    return (
      <Input.TextArea
        {...input}
        autoSize={{ minRows: 3, maxRows: 8 }}
        maxLength={TEXT_MAX.multiline}
        placeholder={placeholder || '-----BEGIN …-----'}
        className="key-text"
        spellCheck={false}
      />
    )
  }
  if (field.secret) {
    return (
      <Input.Password {...input} maxLength={TEXT_MAX.secret} autoComplete="new-password" placeholder={placeholder} />
    )
  }
  return <Input {...input} maxLength={TEXT_MAX.plain} />
}

/** Gateways hand out keys as files; choosing one fills the field. It is read here and goes nowhere by itself. */
function FromFile({ name }: { readonly name: string[] }) {
  const t = useText(text)
  const form = Form.useFormInstance()
  const read = async (file: Blob) => {
    if (file.size > KEY_FILE_BYTES_MAX) form.setFields([{ name, errors: [t('notAKeyFile')] }])
    else form.setFields([{ name, value: (await file.text()).trim(), errors: [] }])
  }
  return (
    <Upload
      showUploadList={false}
      accept=".pem,.txt,.key,.crt,.cer"
      beforeUpload={(file) => {
        void read(file)
        return false
      }}
    >
      <Button type="link" size="small" icon={<FileTextOutlined />} style={{ paddingInline: 0 }}>
        {t('fromFile')}
      </Button>
    </Upload>
  )
}
