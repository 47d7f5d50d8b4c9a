/** Parts of a rule that a macro fills in. */
export interface MacroRule {
  readonly proto: string;
  readonly dport?: string;
  readonly sport?: string;
}

export interface Macro {
  readonly descr: string;
  readonly rules: readonly MacroRule[];
}

const tcp = (dport: string): MacroRule => ({ proto: 'tcp', dport });
const udp = (dport: string): MacroRule => ({ proto: 'udp', dport });
const macro = (descr: string, ...rules: readonly MacroRule[]): Macro => ({ descr, rules });

/** The macros of pve-firewall that a homelab meets, by name. */
export const macros: Readonly<Record<string, Macro>> = {
  BGP: macro('Border Gateway Protocol', tcp('179')),
  Ceph: macro('Ceph storage cluster', tcp('6789'), tcp('3300'), tcp('6800:7300')),
  DHCPfwd: macro('Forwarded DHCP', udp('67:68')),
  DHCPv6: macro('DHCPv6', udp('546:547')),
  DNS: macro('Name server, udp and tcp', udp('53'), tcp('53')),
  FTP: macro('File Transfer Protocol', tcp('21')),
  Git: macro('Git', tcp('9418')),
  HTTP: macro('Web, plain (WWW)', tcp('80')),
  HTTPS: macro('Web over SSL', tcp('443')),
  IMAP: macro('IMAP, plain', tcp('143')),
  IMAPS: macro('IMAP over SSL', tcp('993')),
  LDAP: macro('LDAP, plain', tcp('389')),
  LDAPS: macro('LDAP over SSL', tcp('636')),
  MDNS: macro('Multicast DNS', udp('5353')),
  Mail: macro('Mail: SMTP, SMTPS, Submission', tcp('25'), tcp('465'), tcp('587')),
  MySQL: macro('MySQL server', tcp('3306')),
  NTP: macro('Network Time Protocol (ntpd)', udp('123')),
  OpenVPN: macro('OpenVPN', udp('1194')),
  PMG: macro('Proxmox Mail Gateway, web', tcp('8006')),
  POP3: macro('POP3, plain', tcp('110')),
  POP3S: macro('POP3 over SSL', tcp('995')),
  Ping: macro('ICMP echo request', { proto: 'icmp', dport: 'echo-request' }),
  PostgreSQL: macro('PostgreSQL server', tcp('5432')),
  RDP: macro('Microsoft Remote Desktop', tcp('3389')),
  Rsync: macro('Rsync server', tcp('873')),
  SMB: macro('Microsoft SMB', udp('135,445'), udp('137:139'), tcp('135,139,445')),
  SMTP: macro('Mail between servers', tcp('25')),
  SNMP: macro('Simple Network Management Protocol', udp('161:162'), tcp('161')),
  SPICEproxy: macro('SPICE proxy of a node', tcp('3128')),
  SSH: macro('Secure shell', tcp('22')),
  Submission: macro('Mail from its users', tcp('587')),
  Syslog: macro('Syslog (RFC 5424)', udp('514'), tcp('514')),
  TFTP: macro('Trivial File Transfer Protocol', udp('69')),
  Telnet: macro('Telnet', tcp('23')),
  VNC: macro('VNC displays 0 to 99', tcp('5900:5999')),
  Web: macro('Web, plain and over SSL', tcp('80'), tcp('443')),
  Whois: macro('Whois', tcp('43')),
};

/** The name as PVE writes it, whatever the case it was given in. */
export function macroName(given: string): string | undefined {
  return Object.keys(macros).find((each) => each.toLowerCase() === given.toLowerCase());
}
