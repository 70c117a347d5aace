# Tickmark's end inside Renode: IronPython 2.7, run by its monitor. `tickmark_link` reads a request a line from the monitor's input, past its
# line editor, and answers each by one line that begins with `tickmark`: a tenth of a millisecond, where a monitor command takes some.
import System
import re
import sys
from Antmicro.Renode.Peripherals.CPU import ExecutionTracerExtensions, HaltArguments, HaltReason
from Antmicro.Renode.Peripherals.Memory import MappedMemory
from Antmicro.Renode.Time import TimeInterval
from Antmicro.Renode.UserInterface import MonitorTimeExtensions


BUSY = 0.9  # of what it could execute: renode-pace.ts has the same
KEPT = re.compile("flash|rom", re.I)  # names of memory that needs no power to keep what it holds


# `mips` million instructions make a second of virtual time, which passes as the host's does when `time` is "host".
def mc_tickmark_link(uart, cpu, mips, time):
    link = Link(self.Machine, uart, cpu)
    link.cpu.PerformanceInMips = int(mips)
    MonitorTimeExtensions.SetGlobalSerialExecution(link.emulation, True)
    MonitorTimeExtensions.SetGlobalAdvanceImmediately(link.emulation, time != "host")
    link.serve()


class Link(object):
    def __init__(self, machine, uart, cpu):
        self.machine = machine
        self.uart = machine["sysbus." + uart]
        self.cpu = machine["sysbus." + cpu]
        self.emulation = emulationManager.CurrentEmulation
        self.sent = System.Collections.Concurrent.ConcurrentQueue[System.Byte]()
        self.clock = System.Diagnostics.Stopwatch()
        self.is_started = False
        # Kept, since what is taken off again must be the same delegate.
        self.on_sent = System.Action[System.Byte](self.sent.Enqueue)
        self.on_halted = System.Action[HaltArguments](self.tell_abort)

    def serve(self):
        self.do_state()  # Python compiles it now: 60 ms that no core that aborts has to wait for
        self.listen(True)
        sys.stdin.readline()  # meant for the monitor, where there is no bridge
        say("ok")
        while True:
            request = sys.stdin.readline().split()
            if not request or request[0] == "leave":
                return
            try:
                say("ok " + getattr(self, "do_" + request[0])(*request[1:]))
            except System.Exception as error:
                say("no " + " ".join(error.Message.split()))
            except Exception as error:
                say("no " + " ".join(str(error).split()))

    def listen(self, is_on):
        if is_on:
            self.uart.CharReceived += self.on_sent
            self.cpu.Halted += self.on_halted
        else:
            self.uart.CharReceived -= self.on_sent
            self.cpu.Halted -= self.on_halted

    # run MICROSECONDS[,MICROSECONDS]* SETTLING [HEX]: hands the bytes to the UART, then lets virtual time pass, a slice after the other, until
    # one in which the core sent something or slept; if it slept, then a last slice of SETTLING microseconds, unless that is 0. Says how many
    # slices that was, and of the one before the last and of the last what was executed and how many bytes were sent.
    def do_run(self, slices, settling, received=""):
        for byte in bytearray.fromhex(received):
            self.uart.WriteChar(byte)
        count = 0
        for microseconds in slices.split(","):
            ended = self.pass_time(int(microseconds))
            count += 1
            is_asleep = ended[0] < BUSY * int(microseconds) * self.cpu.PerformanceInMips
            if is_asleep or ended[1]:
                break
        settled = self.pass_time(int(settling)) if is_asleep and int(settling) else (0, 0)
        return "%d %d %d %d %d %s" % ((count,) + ended + settled + (self.seen(),))

    # One slice: the instructions executed and the bytes sent in it.
    def pass_time(self, microseconds):
        executed, sent = self.cpu.ExecutedInstructions, self.sent.Count
        time = TimeInterval.FromMicroseconds(microseconds)
        self.clock.Start()
        MonitorTimeExtensions.SetGlobalQuantum(self.emulation, time)  # one look-up from executing a slice: each costs a change of threads
        self.emulation.RunFor(time)
        self.clock.Stop()
        return self.cpu.ExecutedInstructions - executed, self.sent.Count - sent

    # vectors ADDRESS: where a Cortex-M boots from.
    def do_vectors(self, address):
        self.cpu.VectorTableOffset = int(address)
        return ""

    # power BASE64 [ADDRESS]: takes the power away and gives it back. Memory by the name of flash or ROM keeps what it holds; then the image at the
    # path is loaded, as a boot ROM loads what runs from RAM.
    def do_power(self, path, vectors=None):
        paused = self.machine.ObtainPausedState(True)
        try:
            self.machine.Reset()
            for memory in self.machine.GetPeripheralsOfType[MappedMemory]():
                if not KEPT.search(self.machine.GetAnyNameOrTypeName(memory)):
                    memory.ZeroAll()
            self.machine.SystemBus.LoadELF(System.Text.Encoding.UTF8.GetString(System.Convert.FromBase64String(path)))
            return "" if vectors is None else self.do_vectors(vectors)
        finally:
            paused.Dispose()

    # start: lets virtual time pass at the host's pace, from here on.
    def do_start(self):
        self.emulation.StartAll()
        self.clock.Start()
        return self.seen()

    # give [HEX]: hands the bytes to the UART of a machine that was started, at its next point of synchronization.
    def do_give(self, received=""):
        for byte in bytearray.fromhex(received):
            self.machine.HandleTimeDomainEvent[System.Byte](self.uart.WriteChar, byte, False)
        return self.seen()

    def take_sent(self):
        sent = bytearray()
        while True:
            is_there, byte = self.sent.TryDequeue()
            if not is_there:
                return System.BitConverter.ToString(System.Array[System.Byte](sent)).replace("-", "")
            sent.append(byte)

    def seen(self):
        busy = self.clock.ElapsedTicks * 1000000 / System.Diagnostics.Stopwatch.Frequency
        return "%d %d %d %s" % (
            self.cpu.ExecutedInstructions,
            busy,
            1 if self.cpu.IsHalted else 0,
            self.take_sent(),
        )

    # log: every access to a peripheral goes to the log. Not to memory: there the tracer of executed instructions reads each of them.
    def do_log(self):
        self.machine.SystemBus.LogAllPeripheralsAccess(True)
        for memory in self.machine.GetPeripheralsOfType[MappedMemory]():
            self.machine.SystemBus.LogPeripheralAccess(memory, False)
        return ""

    # read ADDRESS LENGTH: base64.
    def do_read(self, address, length):
        self.expect_memory(int(address), int(length))
        return System.Convert.ToBase64String(self.machine.SystemBus.ReadBytes(int(address), int(length), True))

    # write ADDRESS BASE64
    def do_write(self, address, data=""):
        data = System.Convert.FromBase64String(data)
        self.expect_memory(int(address), len(data))
        self.machine.SystemBus.WriteBytes(data, int(address), True)
        return ""

    # The bus itself skips what is not there.
    def expect_memory(self, address, length):
        at = address
        while at < address + length:
            memory = self.machine.SystemBus.FindMemory(at)
            if memory is None:
                raise ValueError("no memory at 0x%x, %d bytes" % (address, length))
            at = memory.RegistrationPoint.Range.EndAddress + 1

    # state: NAME=VALUE of where the core is, of the instructions executed, of the virtual time and of every register.
    def do_state(self):
        values = [(list(each.Aliases)[0], self.cpu.GetRegister(each.Index).RawValue) for each in self.cpu.GetRegisters() if each.Aliases]
        registers = " ".join("%s=0x%08X" % value for value in values)
        time = self.emulation.MasterTimeSource.ElapsedVirtualTime
        symbol = self.machine.SystemBus.FindSymbolAt(self.cpu.PC.RawValue, self.cpu)
        return "function=%s instructions=%d virtual-time=%s %s" % (
            "".join((symbol or "unknown").split()),
            self.cpu.ExecutedInstructions,
            time,
            registers,
        )

    # untrace: ends the execution trace, and writes its rest.
    def do_untrace(self):
        ExecutionTracerExtensions.DisableExecutionTracing(self.cpu)
        return ""

    # save PATH: a snapshot, which `Load` of the monitor takes. It cannot hold what listens here.
    def do_save(self, *path):
        self.listen(False)
        try:
            emulationManager.Save(" ".join(path))
        finally:
            self.listen(True)
        return ""

    # A core that aborts never comes back from a run: the request that is under way stays without an answer.
    def tell_abort(self, halt):
        if halt.Reason == HaltReason.Abort:
            say("lost sent=%s %s" % (self.take_sent(), self.do_state()))


def say(text):
    System.Console.Out.Write("tickmark " + text + "\n")  # in one piece: the log of a model may come between
