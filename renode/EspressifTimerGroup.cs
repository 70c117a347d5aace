// The two timers of an ESP32's timer group (TIMG0, TIMG1) for Renode, which compiles it when a board file includes it.
//
// Registers by the ESP32 Technical Reference Manual, "64-bit Timers". Modelled: the 64-bit counters with their 16-bit prescaler on the 80 MHz
// APB clock, up and down, started, stopped, loaded, and latched by UPDATE. They count the machine's virtual time, to the very instruction
// that latches. Not modelled: alarms and their interrupts, the watchdog, the calibration of the slow clock.
using Antmicro.Renode.Core;
using Antmicro.Renode.Core.Structure.Registers;
using Antmicro.Renode.Peripherals.Bus;
using Antmicro.Renode.Time;

namespace Antmicro.Renode.Peripherals.Timers
{
    public class EspressifTimerGroup : IDoubleWordPeripheral, IKnownSize
    {
        public EspressifTimerGroup(IMachine machine)
        {
            this.machine = machine;
            registers = new DoubleWordRegisterCollection(this);
            counters = new[] { new Counter(machine, this, 0), new Counter(machine, this, 1) };
        }

        public uint ReadDoubleWord(long offset) => registers.Read(offset);

        public void WriteDoubleWord(long offset, uint value) => registers.Write(offset, value);

        public void Reset()
        {
            registers.Reset();
            foreach(var counter in counters)
            {
                counter.Reset();
            }
        }

        public long Size => 0x100;

        private readonly IMachine machine;
        private readonly DoubleWordRegisterCollection registers;
        private readonly Counter[] counters;

        private const ulong ApbHz = 80000000;

        private class Counter
        {
            public Counter(IMachine machine, EspressifTimerGroup group, int index)
            {
                this.machine = machine;
                timer = new LimitTimer(machine.ClockSource, ApbHz, group, "T" + index, direction: Direction.Ascending, divider: 2);
                var at = 0x24 * index;
                group.registers.DefineRegister(at + 0x00, 0x60002000) // CONFIG
                    .WithReservedBits(0, 10)
                    .WithValueField(10, 3, name: "ALARM_EN, LEVEL_INT_EN, EDGE_INT_EN")
                    .WithValueField(13, 16, out divider, name: "DIVIDER")
                    .WithFlag(29, name: "AUTORELOAD")
                    .WithFlag(30, out isUp, name: "INCREASE")
                    .WithFlag(31, out isEnabled, name: "EN")
                    .WithWriteCallback((_, __) => Configure());
                group.registers.DefineRegister(at + 0x04).WithValueField(0, 32, FieldMode.Read, valueProviderCallback: _ => (uint)latched, name: "LO");
                group.registers.DefineRegister(at + 0x08).WithValueField(0, 32, FieldMode.Read, valueProviderCallback: _ => latched >> 32, name: "HI");
                group.registers.DefineRegister(at + 0x0C).WithValueField(0, 32, FieldMode.Write, writeCallback: (_, __) => latched = Now(), name: "UPDATE");
                group.registers.DefineRegister(at + 0x10).WithValueField(0, 32, name: "ALARMLO");
                group.registers.DefineRegister(at + 0x14).WithValueField(0, 32, name: "ALARMHI");
                group.registers.DefineRegister(at + 0x18).WithValueField(0, 32, out loadLow, name: "LOADLO");
                group.registers.DefineRegister(at + 0x1C).WithValueField(0, 32, out loadHigh, name: "LOADHI");
                group.registers.DefineRegister(at + 0x20).WithValueField(0, 32, FieldMode.Write, writeCallback: (_, __) => Load(), name: "LOAD");
            }

            public void Reset()
            {
                timer.Reset();
                latched = 0;
            }

            private void Configure()
            {
                SynchronizeTime();
                timer.Direction = isUp.Value ? Direction.Ascending : Direction.Descending;
                timer.Divider = Divisor;
                timer.Enabled = isEnabled.Value;
            }

            private void Load()
            {
                SynchronizeTime();
                timer.Value = loadHigh.Value << 32 | loadLow.Value;
            }

            private ulong Now()
            {
                SynchronizeTime();
                return timer.Value;
            }

            // Virtual time otherwise stands where the core's last slice of it began.
            private void SynchronizeTime()
            {
                if(machine.SystemBus.TryGetCurrentCPU(out var cpu))
                {
                    cpu.SyncTime();
                }
            }

            // 1 divides as 2 does, and 0 by the 65536 that the field has no room for.
            private ulong Divisor => divider.Value == 0 ? 65536 : divider.Value == 1 ? 2 : divider.Value;

            private ulong latched;

            private readonly IMachine machine;
            private readonly LimitTimer timer;
            private readonly IValueRegisterField divider;
            private readonly IFlagRegisterField isUp;
            private readonly IFlagRegisterField isEnabled;
            private readonly IValueRegisterField loadLow;
            private readonly IValueRegisterField loadHigh;
        }
    }
}
