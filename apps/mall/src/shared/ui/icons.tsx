import type { ReactNode, SVGProps } from 'react'

type IconProps = Omit<SVGProps<SVGSVGElement>, 'children'>

/** Line icons of one hand: 24 units, 1.7 stroke, decorative (what they mean is always said in text beside them). */
function Icon({ children, ...rest }: IconProps & { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="1.25em"
      height="1.25em"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...rest}
    >
      {children}
    </svg>
  )
}

export const CardIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="3.5" y="6" width="17" height="12.5" rx="2.2" />
    <path d="M3.5 10h17M7 14.7h3" />
  </Icon>
)
export const BellIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15z" />
    <path d="M10 20.300a2.2 2.2 0 0 0 4 0" />
  </Icon>
)
export const HomeIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4 11.2 12 4.5l8 6.7V19a1.2 1.2 0 0 1-1.2 1.2H5.2A1.2 1.2 0 0 1 4 19z" />
    <path d="M9.5 20v-5.5h5V20" />
  </Icon>
)
export const OrdersIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M6 3.8h12a1 1 0 0 1 1 1v15.4l-2.4-1.5-2.3 1.5-2.3-1.5-2.3 1.5-2.3-1.5L5 20.200V4.800a1 1 0 0 1 1-1z" />
    <path d="M8.8 8.700h6.400M8.8 12.500h4.2" />
  </Icon>
)
export const PersonIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="8.2" r="3.7" />
    <path d="M4.8 20.200c.7-3.8 3.6-5.7 7.2-5.700s6.5 1.9 7.2 5.7" />
  </Icon>
)
export const SearchIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="11" cy="11" r="6.3" />
    <path d="m15.8 15.8 4 4" />
  </Icon>
)
export const BackIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m14.5 5-7 7 7 7" />
  </Icon>
)
export const ForwardIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m9.5 5 7 7-7 7" />
  </Icon>
)
/** Which way a list is sorted: the arrow in force is strong, the other faint; without a direction both are faint. */
export const SortIcon = ({ direction, ...props }: IconProps & { readonly direction: 'up' | 'down' | undefined }) => (
  <Icon {...props}>
    <path d="m8 10 4-4 4 4" opacity={direction === 'up' ? 1 : 0.4} />
    <path d="m8 14 4 4 4-4" opacity={direction === 'down' ? 1 : 0.4} />
  </Icon>
)
export const CloseIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
)
export const CheckIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m5 12.5 4.7 4.700L19.2 7.5" />
  </Icon>
)
export const CopyIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2.2" />
    <path d="M15.5 5.500v-.3A1.2 1.2 0 0 0 14.3 4H5.200A1.2 1.2 0 0 0 4 5.200v9.100a1.2 1.2 0 0 0 1.2 1.200h.3" />
  </Icon>
)
export const DownloadIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M12 4v11m-4.5-4.200L12 15.300l4.5-4.500M4.5 19.500h15" />
  </Icon>
)
export const BoltIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M13 3.5 5.5 13.500H11l-.8 7 8-10.500h-5.700z" />
  </Icon>
)
export const LockIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="5" y="10.5" width="14" height="9.5" rx="2.2" />
    <path d="M8.2 10.500V8a3.8 3.8 0 0 1 7.6 0v2.500M12 14.200v2.2" />
  </Icon>
)
export const ReceiptSearchIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M18.5 9V5a1.2 1.2 0 0 0-1.2-1.200H5.700A1.2 1.2 0 0 0 4.5 5v14a1.2 1.2 0 0 0 1.2 1.200h5" />
    <path d="M8 8h7M8 11.700h3" />
    <circle cx="15.7" cy="15.7" r="3.3" />
    <path d="m18.2 18.2 2 2" />
  </Icon>
)
export const ClockIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="8.2" />
    <path d="M12 7.500V12l3 2" />
  </Icon>
)
export const AlertIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="8.2" />
    <path d="M12 8v4.600M12 15.700v.1" />
  </Icon>
)
export const MegaphoneIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4.5 10v4h3l7.5 4V6l-7.5 4zM18 9.500a3.5 3.5 0 0 1 0 5" />
  </Icon>
)
export const WalletIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4 7.500A2 2 0 0 1 6 5.500h11.500v3M4 7.500v10a2 2 0 0 0 2 2h13a1 1 0 0 0 1-1v-9a1 1 0 0 0-1-1H5a1 1 0 0 1-1-1z" />
    <path d="M16.2 14v.1" strokeWidth="2.6" />
  </Icon>
)
export const GlobeIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="8.2" />
    <path d="M3.8 12h16.400M12 3.800c2.3 2.2 3.5 5 3.5 8.200s-1.2 6-3.5 8.200c-2.3-2.2-3.5-5-3.5-8.200s1.2-6 3.5-8.200z" />
  </Icon>
)
export const BoxIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m12 3.7 7.5 4.100v8.400L12 20.300l-7.5-4.100V7.800z" />
    <path d="m4.7 8 7.3 4 7.3-4M12 12v8" />
  </Icon>
)
export const WifiOffIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4 4.5 19.5 20M8.7 15.600a4.7 4.7 0 0 1 6.3-.2M5.5 12.300a9 9 0 0 1 4-2.300M13.5 9.700a9 9 0 0 1 5 2.600M2.8 9a13 13 0 0 1 4-2.600M10.5 5.300A13 13 0 0 1 21.2 9M12 19v.1" />
  </Icon>
)
export const EyeIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M3 12c2-3.9 5.1-5.9 9-5.900s7 2 9 5.900c-2 3.9-5.1 5.9-9 5.900S5 15.9 3 12z" />
    <circle cx="12" cy="12" r="2.7" />
  </Icon>
)
export const EyeOffIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M9.5 6.500c.8-.3 1.6-.4 2.5-.4 3.9 0 7 2 9 5.9-.6 1.2-1.4 2.2-2.2 3M6 8.200c-1.2.9-2.2 2.2-3 3.8 2 3.9 5.1 5.9 9 5.9 1.5 0 2.8-.3 4-.9M4 4.5 19.5 20" />
  </Icon>
)
