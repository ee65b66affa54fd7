// Runs single x87 instructions on the machine's own FPU: the first six fields of the lines of x87-cases.txt,
// which says what they mean, on standard input come back complete. Memory operands have the ModRM byte of
// [rdi]. Build with: gcc -O1 -o x87-oracle x87-oracle.c
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct state { uint16_t w[14]; uint8_t st[8][10]; } __attribute__((packed));

static void hex80(const uint8_t *b, char *out) {
  for (int i = 0; i < 10; i++) sprintf(out + 2 * i, "%02X", b[9 - i]);
}
static void unhex80(const char *s, uint8_t *b) {
  for (int i = 0; i < 10; i++) { unsigned v = 0; sscanf(s + 2 * i, "%2x", &v); b[9 - i] = v; }
}

int main(void) {
  uint8_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char line[1024];
  while (fgets(line, sizeof line, stdin)) {
    unsigned op, flags, cw, sw;
    char regs[300], mem[64];
    line[strcspn(line, "\n")] = 0;
    if (sscanf(line, "%x %x %x %x %299s %63s", &op, &flags, &cw, &sw, regs, mem) != 6) continue;
    struct state in, out;
    memset(&in, 0, sizeof in);
    int top = sw >> 11 & 7, tags = 0xFFFF, i = 0;
    for (char *p = strtok(regs, ","); p; p = strtok(0, ","), i++)
      if (*p != '-') { unhex80(p, in.st[i]); tags &= ~(3 << 2 * ((top + i) & 7)); }
    in.w[0] = cw; in.w[2] = sw; in.w[4] = tags;
    uint8_t m[16] = {0};
    if (*mem != '-') unhex80(mem, m);
    uint8_t body[] = {0x51, 0x9D, 0xDD, 0x26, op >> 8, op, 0xDD, 0x32, 0x9C, 0x58, 0xC3};
    memcpy(code, body, sizeof body);
    long f = ((long (*)(void *, void *, void *, long))code)(m, &in, &out, 0x202 | flags);
    char text[32];
    printf("%s > %02lX %04X %04X %04X ", line, f & 0x45, out.w[0], out.w[2], out.w[4]);
    int otop = out.w[2] >> 11 & 7, last = -1;
    for (i = 0; i < 8; i++) if ((out.w[4] >> 2 * ((otop + i) & 7) & 3) != 3) last = i;
    if (last < 0) printf("-");
    for (i = 0; i <= last; i++) {
      if ((out.w[4] >> 2 * ((otop + i) & 7) & 3) == 3) strcpy(text, "-"); else hex80(out.st[i], text);
      printf("%s%s", i ? "," : "", text);
    }
    if (*mem == '-') strcpy(text, "-"); else hex80(m, text);
    printf(" %s\n", text);
  }
  return 0;
}
