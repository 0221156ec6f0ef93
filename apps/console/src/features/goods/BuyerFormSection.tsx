import { DeleteOutlined, DownOutlined, PlusOutlined, UpOutlined } from '@ant-design/icons'
import { Button, Checkbox, Form, Input, Select, Typography } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { goodsText } from './text.ts'
import { type FieldValues, newField, optionsOf } from './values.ts'

const FIELDS_MAX = 10

/** What the buyer fills in when ordering. */
export function BuyerFormSection() {
  const t = useText(goodsText)
  const form = Form.useFormInstance()
  const addTo = (add: (field: FieldValues) => void) => {
    const fields = (form.getFieldValue('formFields') ?? []) as readonly FieldValues[]
    add(newField(fields.map(({ key }) => key)))
  }
  return (
    <Section title={t('form')}>
      <Typography.Paragraph type="secondary">{t('formHint')}</Typography.Paragraph>
      <Form.List name="formFields">
        {(fields, { add, remove, move }) => (
          <div className="stack">
            {fields.map(({ key, name }) => (
              <div key={key} className="sku">
                <header className="sku-head">
                  <Typography.Text strong>{name + 1}</Typography.Text>
                  <Form.Item name={[name, 'required']} valuePropName="checked" noStyle>
                    <Checkbox>{t('fieldRequired')}</Checkbox>
                  </Form.Item>
                  <Form.Item name={[name, 'confirmTwice']} valuePropName="checked" noStyle>
                    <Checkbox>{t('fieldTwice')}</Checkbox>
                  </Form.Item>
                  <Form.Item name={[name, 'confirmShown']} valuePropName="checked" noStyle>
                    <Checkbox>{t('fieldShown')}</Checkbox>
                  </Form.Item>
                  <span style={{ marginInlineStart: 'auto' }}>
                    <Button
                      type="text"
                      size="small"
                      icon={<UpOutlined />}
                      aria-label={t('moveUp')}
                      disabled={name === 0}
                      onClick={() => move(name, name - 1)}
                    />
                    <Button
                      type="text"
                      size="small"
                      icon={<DownOutlined />}
                      aria-label={t('moveDown')}
                      disabled={name === fields.length - 1}
                      onClick={() => move(name, name + 1)}
                    />
                    <Button
                      type="text"
                      size="small"
                      danger
                      icon={<DeleteOutlined />}
                      aria-label={t('takeAway')}
                      onClick={() => remove(name)}
                    />
                  </span>
                </header>
                <FieldRow at={name} />
              </div>
            ))}
            {fields.length < FIELDS_MAX && (
              <Button type="dashed" block icon={<PlusOutlined />} onClick={() => addTo(add)}>
                {t('addField')}
              </Button>
            )}
          </div>
        )}
      </Form.List>
    </Section>
  )
}

function FieldRow({ at }: { readonly at: number }) {
  const t = useText(goodsText)
  const type = Form.useWatch(['formFields', at, 'type']) as FieldValues['type'] | undefined
  return (
    <div className="sku-grid">
      <Form.Item
        name={[at, 'labelZh']}
        label={t('fieldLabel')}
        rules={[{ required: true, whitespace: true, message: t('titleRequired') }]}
      >
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name={[at, 'labelEn']} label={t('fieldLabelEn')}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name={[at, 'type']} label={t('fieldType')}>
        <Select
          options={[
            { value: 'text', label: t('typeText') },
            { value: 'phone', label: t('typePhone') },
            { value: 'email', label: t('typeEmail') },
            { value: 'number', label: t('typeNumber') },
            { value: 'select', label: t('typeSelect') },
          ]}
        />
      </Form.Item>
      <Form.Item
        name={[at, 'key']}
        label={t('fieldKey')}
        rules={[{ required: true, pattern: /^[a-z][a-zA-Z0-9_]{0,39}$/, message: t('fieldKeyHint') }]}
      >
        <Input maxLength={40} className="num" />
      </Form.Item>
      <Form.Item name={[at, 'hintZh']} label={t('fieldHintZh')}>
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item name={[at, 'hintEn']} label={t('fieldHintEn')}>
        <Input maxLength={200} />
      </Form.Item>
      {type === 'text' && (
        <Form.Item name={[at, 'pattern']} label={t('fieldPattern')}>
          <Input maxLength={200} placeholder="\d{6,12}" className="num" />
        </Form.Item>
      )}
      {type === 'select' && (
        <Form.Item
          name={[at, 'options']}
          label={t('fieldOptions')}
          extra={t('fieldOptionsHint')}
          rules={[
            {
              validator: (_rule, lines: string) =>
                (optionsOf(lines ?? '')?.length ?? 0) > 0
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('fieldOptionsBad'))),
            },
          ]}
        >
          <Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} />
        </Form.Item>
      )}
    </div>
  )
}
