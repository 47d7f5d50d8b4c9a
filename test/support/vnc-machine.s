# The boot sector of vnc-machine.ts: keys 0 to 5 set a screen mode and draw, ~ moves the picture until the next key,
# everything else is typed on the screen. Assembled with: as --32, ld -m elf_i386 -Ttext 0x7c00 --oformat binary
.code16
.globl _start
_start:
  xorw %ax,%ax
  movw %ax,%ds
  movw $0x7000,%sp
  sti
  cld
  movw $msg,%si
1: lodsb
  testb %al,%al
  jz loop
  movb $0x0e,%ah
  movw $7,%bx
  int $0x10
  jmp 1b
loop:
  xorb %ah,%ah
  int $0x16
key:
  cmpb $'0',%al
  jb echo
  cmpb $'5',%al
  ja letters
  subb $'0',%al
  movzbw %al,%si
  shlw $1,%si
  movw modes(%si),%bx
  cmpw $0x100,%bx
  jae vbe
  movw %bx,%ax
  int $0x10
  cmpb $0x13,%bl
  jne loop
  call frame
  jmp loop
vbe:
  movw $0x4f02,%ax
  int $0x10
  call frame
  jmp loop
letters:
  cmpb $'~',%al
  je motion
echo:
  movb $0x0e,%ah
  movw $7,%bx
  int $0x10
  jmp loop
motion:
  call frame
  movb $1,%ah
  int $0x16
  jz motion
  jmp loop
# every bank of the frame buffer, shifted by one more each time
frame:
  movw $0xa000,%ax
  movw %ax,%es
  incb offset
  xorw %dx,%dx
2: pushw %dx
  movw $0x4f05,%ax
  xorw %bx,%bx
  int $0x10
  popw %dx
  xorw %di,%di
3: movw %di,%ax
  shrw $3,%ax
  addb %ah,%al
  addb offset,%al
  stosb
  testw %di,%di
  jnz 3b
  incw %dx
  cmpw $12,%dx
  jb 2b
  ret
offset: .byte 0
modes: .word 3, 0x13, 0x101, 0x103, 0x105, 0x107
msg: .asciz "homelab test machine\r\nlogin: "
.org 510
.word 0xaa55
