import { Form, Input, Select } from 'antd'
import type { Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { productText } from './productText.ts'

type Field = NonNullable<Output<'suppliers.fetchProduct'>['fields']>[number]

const PATTERNS: Readonly<Partial<Record<Field['type'], RegExp>>> = {
  phone: /^1[3-9]\d{9}$/,
  number: /^\d{1,20}$/,
}

/** What a supplier's buyer fills in, as fields of the form around it. */
export function BuyerFields({ fields }: { readonly fields: readonly Field[] }) {
  return fields.map((field) => <BuyerField key={field.key} field={field} />)
}

function BuyerField({ field }: { readonly field: Field }) {
  const t = useText(productText)
  const both = useBoth()
  const label = both(field.labelZh, field.labelEn)
  const pattern = field.pattern ? new RegExp(`^(?:${field.pattern})$`, 'u') : PATTERNS[field.type]
  return (
    <>
      <Form.Item
        name={['fields', field.key]}
        label={label}
        {...(field.hintZh ? { extra: both(field.hintZh, field.hintEn) } : {})}
        rules={[
          ...(field.required ? [{ required: true, whitespace: true, message: t('required') }] : []),
          ...(pattern ? [{ pattern, message: t('badValue') }] : []),
          ...(field.type === 'email' ? [{ type: 'email' as const, message: t('badValue') }] : []),
        ]}
      >
        {field.type === 'select' ? (
          <Select
            placeholder={t('choose')}
            options={(field.options ?? []).map((option) => ({
              value: option.value,
              label: both(option.labelZh, option.labelEn),
            }))}
          />
        ) : (
          <Input maxLength={100} inputMode={field.type === 'phone' || field.type === 'number' ? 'numeric' : 'text'} />
        )}
      </Form.Item>
      {field.confirmTwice && (
        <Form.Item
          name={['again', field.key]}
          label={t('again', { label })}
          dependencies={[['fields', field.key]]}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_rule, typed) =>
                (typed ?? '') === (getFieldValue(['fields', field.key]) ?? '')
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('mismatch'))),
            }),
          ]}
        >
          <Input maxLength={100} />
        </Form.Item>
      )}
    </>
  )
}
