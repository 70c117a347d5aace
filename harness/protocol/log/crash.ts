import type { Crash, Finding, Reader } from './finding.ts';
import type { Line } from './line.ts';

/** A dump of ESP-IDF with its stack memory has some 80 lines; what comes after so many is not kept, and so it is said. */
const mostLines = 300;
const mostCharacters = 32 << 10;

interface Form {
  readonly begins: RegExp;
  /** The dump's last line; without one it ends where something else begins. */
  readonly ends?: RegExp;
}

const rebooting = /^(?:Rebooting\.\.\.|CPU halted\.)/;
const halting = /Halting system|^\[?System halted/;

/** A name of CMSIS's handlers as a cry: alone on its line, or with where and why. `HardFault handler installed` is none. */
const cmsisFault =
  /^\W{0,8}(?:Hard ?Fault|BusFault|MemManage(?:Fault)?|UsageFault|SecureFault)(?:_?Handler)?(?:\W{0,8}$| (?:exception|detected|occurred|at|in|pc=|\(0x)|! |: (?:0x|pc|lr|cfsr|hfsr|forced|r0))/i;

/** How runtimes say that they have crashed, by their sources: what begins a dump, and what ends it. */
const forms: readonly Form[] = [
  // ESP-IDF: components/esp_system/panic.c
  { begins: /^Guru Meditation Error: /, ends: rebooting },
  { begins: /^abort\(\) was called at PC 0x[0-9a-f]+/i, ends: rebooting },
  { begins: /^assert failed: /, ends: rebooting },
  { begins: /^\*\*\*ERROR\*\*\* A stack overflow in task /, ends: rebooting },
  { begins: /^Stack smashing protect failure!/, ends: rebooting },
  // ESP8266 on Arduino: cores/esp8266/core_esp8266_postmortem.cpp
  { begins: /^Exception \(\d+\):$/, ends: /^<<<stack<<</ },
  // Zephyr: arch/arm/core/cortex_m/fault.c, kernel/fatal.c, sys/__assert.h
  { begins: /^\*{5} [A-Z ]+ FAULT \*{5}/, ends: halting },
  { begins: /^>>> ZEPHYR FATAL ERROR \d+/, ends: halting },
  { begins: /^ASSERTION FAIL \[/, ends: halting },
  // Mbed OS: platform/source/mbed_error.c
  { begins: /^\+\+ MbedOS Fault Handler \+\+/, ends: /^-- MbedOS (?:Fault Handler|Error Info) --/ },
  { begins: /^\+\+ MbedOS Error Info \+\+/, ends: /^-- MbedOS Error Info --/ },
  // newlib, the Pico SDK, handlers around the CMSIS names: Tickmark's own says `HardFault pc=0x10000420 lr=…`
  { begins: /^assertion ".*" failed: file /i },
  { begins: /^\*\*\* PANIC \*\*\*/, ends: /^(?!\*{3} PANIC)\S/ }, // then says why, in one line
  { begins: cmsisFault },
];

/** Every beginning has one of these in it: most lines are none. */
const hint = /[Ff]ault|FAULT|Guru|abort\(\)|[Aa]ssert|ASSERT|overflow|smashing|Exception|FATAL|PANIC|MbedOS Error/i;

/** What else follows a beginning: registers, addresses, stacks, more beginnings, and sentences of the handler. */
const dumpLine =
  /0x[0-9a-f]{4,}|\b(?:r\d{1,2}|pc|lr|sp|psr|xpsr|cfsr|hfsr|mmfar|bfar|epc|a\d{1,2})\b\s*[=:/]|register dump|backtrace|stack|thread|fault|error|exception|context|access|>>>|elf file|^[0-9a-f]{8}:|^\s/i;

/** Firmware that begins anew has left its dump behind. */
const restart = /^(?:ets \w|ESP-ROM:|rst:0x|\*\*\* Booting )/;

/** Keeps a crash's dump together and whole, from the line that begins it to where it ends. */
export function crashReader(): Reader & { readonly isOpen: () => boolean } {
  let dump: Dump | undefined;

  const closed = (): readonly Finding[] => {
    const finding = dump && [crashOf(dump)];
    dump = undefined;
    return finding ?? [];
  };
  return {
    isOpen: () => dump !== undefined,
    see(line) {
      const form = hint.test(line.plain) ? formOf(line) : undefined;
      if (dump) {
        if (!belongs(line, dump, form)) return undefined; // the reader of all closes what does not go on
        add(dump, line, form);
        return dump.isOver ? closed() : [];
      }
      if (!form) return undefined;
      dump = { first: line, ...(form.ends && { ends: form.ends }), kept: [], lines: 0, characters: 0, isOver: false };
      add(dump, line, undefined);
      return [];
    },
    close: closed,
  };
}

interface Dump {
  readonly first: Line;
  ends?: RegExp;
  readonly kept: string[];
  lines: number;
  characters: number;
  isOver: boolean;
}

function formOf({ plain }: Line): Form | undefined {
  return forms.find(({ begins }) => begins.test(plain));
}

function belongs({ plain }: Line, dump: Dump, form: Form | undefined): boolean {
  if (dump.lines >= 2 * mostLines || restart.test(plain)) return false; // a dump without an end would swallow the log
  return form !== undefined || dump.ends !== undefined || plain.trim() === '' || dumpLine.test(plain);
}

function add(dump: Dump, { text, plain }: Line, form: Form | undefined): void {
  if (form?.ends) dump.ends = form.ends; // an abort goes on as a Guru Meditation
  dump.lines++;
  dump.isOver = dump.ends?.test(plain) ?? false;
  if (dump.kept.length >= mostLines || dump.characters >= mostCharacters) return;
  dump.kept.push(text);
  dump.characters += text.length;
}

function crashOf({ first, kept, lines }: Dump): Crash {
  const left = lines - kept.length;
  const text = kept.join('\n').trimEnd();
  return {
    kind: 'crash',
    what: first.plain.trim(),
    text: left > 0 ? `${text}\n[${left} more lines are in the log]\n` : `${text}\n`,
    line: first.number,
    lines,
  };
}
