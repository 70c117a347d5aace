// UART of the ESP32 and the ESP32-C3 for Renode, which compiles it when a board file includes it: upstream's UART.ESP32_UART sends,
// but its receive side counts no bytes and raises no interrupt.
//
// Registers by "UART Controller" of the ESP32 and of the ESP32-C3 Technical Reference Manual. Modelled: the FIFOs and their counts
// (STATUS), INT_RAW, INT_ST, INT_ENA and INT_CLR of what is received and sent, thresholds and receive time-out (CONF1), resets of the
// receive FIFO (CONF0). Other fields keep what is written to them. Not modelled: time on the line (a byte takes none, and is out as soon
// as it is written), the levels of pins, flow control, errors of parity and framing, breaks, auto-baud, AT characters, RS-485, IrDA,
// loop-back, sleep, and memory of other sizes than 128 bytes for a FIFO.
using System;
using System.Collections.Generic;

using Antmicro.Renode.Core;
using Antmicro.Renode.Core.Structure.Registers;
using Antmicro.Renode.Peripherals.Bus;

namespace Antmicro.Renode.Peripherals.UART
{
    public class EspressifUart : UARTBase, IDoubleWordPeripheral, IKnownSize
    {
        public EspressifUart(IMachine machine, Chip chip) : base(machine)
        {
            this.chip = chip;
            IRQ = new GPIO();
            registers = new DoubleWordRegisterCollection(this, DefineRegisters());
        }

        public uint ReadDoubleWord(long offset) => registers.Read(offset);

        public void WriteDoubleWord(long offset, uint value) => registers.Write(offset, value);

        public override void Reset()
        {
            lock(innerLock)
            {
                base.Reset();
                registers.Reset();
                raised = 0;
                Update();
            }
        }

        public long Size => 0x100;

        public GPIO IRQ { get; }

        public override Bits StopBits => Bits.One;

        public override Parity ParityBit => Parity.None;

        // What the divider says; nothing waits for it.
        public override uint BaudRate => (uint)(16 * SourceHz / Math.Max(1, 16 * divider.Value + dividerSixteenths.Value));

        protected override void CharWritten()
        {
            if(Count <= FifoBytes)
            {
                Received();
            }
            Update();
        }

        protected override void QueueEmptied()
        {
        }

        private Dictionary<long, DoubleWordRegister> DefineRegisters()
        {
            var isC3 = chip == Chip.ESP32C3;
            var map = new Dictionary<long, DoubleWordRegister>
            {
                [0x00] = new DoubleWordRegister(this) // FIFO
                    .WithValueField(0, 8, valueProviderCallback: _ => Take(), writeCallback: (_, value) => Send((byte)value), name: "RXFIFO_RD_BYTE")
                    .WithReservedBits(8, 24),
                [0x04] = new DoubleWordRegister(this) // INT_RAW
                    .WithValueField(0, 32, FieldMode.Read, valueProviderCallback: _ => Raised, name: "INT_RAW"),
                [0x08] = new DoubleWordRegister(this) // INT_ST
                    .WithValueField(0, 32, FieldMode.Read, valueProviderCallback: _ => Raised & (uint)enabled.Value, name: "INT_ST"),
                [0x0C] = new DoubleWordRegister(this) // INT_ENA
                    .WithValueField(0, 20, out enabled, name: "INT_ENA")
                    .WithReservedBits(20, 12)
                    .WithWriteCallback((_, __) => Update()),
                [0x10] = new DoubleWordRegister(this) // INT_CLR
                    .WithValueField(0, 20, FieldMode.Write, writeCallback: (_, value) => Clear((uint)value), name: "INT_CLR")
                    .WithReservedBits(20, 12),
                [0x14] = new DoubleWordRegister(this, 0x2B6) // CLKDIV
                    .WithValueField(0, isC3 ? 12 : 20, out divider, name: "CLKDIV")
                    .WithReservedBits(isC3 ? 12 : 20, isC3 ? 8 : 0)
                    .WithValueField(20, 4, out dividerSixteenths, name: "CLKDIV_FRAG")
                    .WithReservedBits(24, 8),
                [0x1C] = new DoubleWordRegister(this) // STATUS: the lines are idle, and what is sent has left the FIFO
                    .WithValueField(0, isC3 ? 10 : 8, FieldMode.Read, valueProviderCallback: _ => (ulong)InFifo, name: "RXFIFO_CNT")
                    .WithTag("ST_URX_OUT", isC3 ? 10 : 8, isC3 ? 0 : 4)
                    .WithFlag(15, FieldMode.Read, valueProviderCallback: _ => true, name: "RXD")
                    .WithValueField(16, isC3 ? 10 : 8, FieldMode.Read, valueProviderCallback: _ => 0, name: "TXFIFO_CNT")
                    .WithFlag(29, FieldMode.Read, valueProviderCallback: _ => true, name: "DTRN")
                    .WithFlag(30, FieldMode.Read, valueProviderCallback: _ => true, name: "RTSN")
                    .WithFlag(31, FieldMode.Read, valueProviderCallback: _ => true, name: "TXD"),
                [0x20] = new DoubleWordRegister(this, isC3 ? 0x1000001Cu : 0x0800001Cu) // CONF0
                    .WithValueField(0, 17, name: "PARITY..IRDA_EN")
                    .WithFlag(17, writeCallback: (_, value) => { if(value) { EmptyFifo(); } }, name: "RXFIFO_RST")
                    .WithValueField(18, 14, name: "TXFIFO_RST.."),
                [0x24] = isC3 // CONF1
                    ? new DoubleWordRegister(this, 0xC060)
                        .WithValueField(0, 9, out fullThreshold, name: "RXFIFO_FULL_THRHD")
                        .WithValueField(9, 9, out emptyThreshold, name: "TXFIFO_EMPTY_THRHD")
                        .WithValueField(18, 3, name: "DIS_RX_DAT_OVF, RX_TOUT_FLOW_DIS, RX_FLOW_EN")
                        .WithFlag(21, out timeoutEnabled, name: "RX_TOUT_EN")
                        .WithReservedBits(22, 10)
                        .WithWriteCallback((_, __) => Update())
                    : new DoubleWordRegister(this, 0x6060)
                        .WithValueField(0, 7, out fullThreshold, name: "RXFIFO_FULL_THRHD")
                        .WithReservedBits(7, 1)
                        .WithValueField(8, 7, out emptyThreshold, name: "TXFIFO_EMPTY_THRHD")
                        .WithReservedBits(15, 1)
                        .WithValueField(16, 15, name: "RX_FLOW_THRHD, RX_FLOW_EN, RX_TOUT_THRHD")
                        .WithFlag(31, out timeoutEnabled, name: "RX_TOUT_EN")
                        .WithWriteCallback((_, __) => Update()),
            };
            foreach(var kept in isC3 ? keptOnC3 : keptOnEsp32)
            {
                map[kept.Key] = new DoubleWordRegister(this, kept.Value).WithValueField(0, 32, name: "kept");
            }
            if(isC3)
            {
                map[0x78] = new DoubleWordRegister(this, 0x03701000) // CLK_CONF
                    .WithValueField(0, 12, name: "SCLK_DIV_B, SCLK_DIV_A")
                    .WithValueField(12, 8, out sourceDivider, name: "SCLK_DIV_NUM")
                    .WithValueField(20, 2, out source, name: "SCLK_SEL")
                    .WithValueField(22, 10, name: "SCLK_EN..");
                map[0x80] = new DoubleWordRegister(this, 0x40000500) // ID
                    .WithValueField(0, 31, name: "ID, HIGH_SPEED")
                    .WithFlag(31, FieldMode.Read, valueProviderCallback: _ => false, name: "REG_UPDATE"); // done at once
            }
            return map;
        }

        private byte Take()
        {
            lock(innerLock)
            {
                var wasFull = Count > FifoBytes;
                TryGetCharacter(out var taken);
                if(wasFull)
                {
                    Received(); // the next one has come off the line
                }
                Update();
                return taken;
            }
        }

        private void Send(byte value)
        {
            TransmitCharacter(value);
            lock(innerLock)
            {
                raised |= (uint)Interrupts.TxDone;
                Update();
            }
        }

        private void EmptyFifo()
        {
            lock(innerLock)
            {
                for(var left = InFifo; left > 0; left--)
                {
                    TryGetCharacter(out _);
                }
                Update();
            }
        }

        // With each byte the line falls idle: where the time-out is on, it is over at once.
        private void Received()
        {
            if(timeoutEnabled.Value)
            {
                raised |= (uint)Interrupts.RxFifoTimeout;
            }
        }

        private void Clear(uint interrupts)
        {
            lock(innerLock)
            {
                raised &= ~interrupts;
                Update();
            }
        }

        private void Update()
        {
            lock(innerLock)
            {
                IRQ.Set((Raised & (uint)enabled.Value) != 0);
            }
        }

        // Those two last as long as what they tell of, and need no INT_CLR. The manual has RXFIFO_FULL at more bytes than the threshold; here it is
        // at as many, which is what drivers that set it to 1 wait for.
        private uint Raised =>
            raised
            | ((ulong)InFifo >= fullThreshold.Value ? (uint)Interrupts.RxFifoFull : 0)
            | (emptyThreshold.Value > 0 ? (uint)Interrupts.TxFifoEmpty : 0);

        // Bytes that find the FIFO full wait on the line, since a host hands them over in no time: nothing overflows.
        private int InFifo => Math.Min(Count, FifoBytes);

        private ulong SourceHz
        {
            get
            {
                if(chip == Chip.ESP32)
                {
                    return ApbHz;
                }
                var hz = source.Value == 1 ? ApbHz : source.Value == 2 ? RcFastHz : CrystalHz;
                return hz / (sourceDivider.Value + 1);
            }
        }

        private IValueRegisterField enabled;
        private IValueRegisterField divider;
        private IValueRegisterField dividerSixteenths;
        private IValueRegisterField fullThreshold;
        private IValueRegisterField emptyThreshold;
        private IFlagRegisterField timeoutEnabled;
        private IValueRegisterField source;
        private IValueRegisterField sourceDivider;
        private uint raised;

        private readonly Chip chip;
        private readonly DoubleWordRegisterCollection registers;

        private const int FifoBytes = 128;
        private const ulong ApbHz = 80000000;
        private const ulong RcFastHz = 17500000;
        private const ulong CrystalHz = 40000000;

        // Registers that are only kept, and what they hold after a reset: AUTOBAUD (RX_FILT), FLOW_CONF, SLEEP_CONF, SWFC_CONF, IDLE_CONF,
        // RS485_CONF, AT_CMD_*, MEM_CONF, DATE, ID.
        private static readonly Dictionary<long, uint> keptOnEsp32 = new Dictionary<long, uint>
        {
            { 0x18, 0x1000 }, { 0x34, 0 }, { 0x38, 0xF0 }, { 0x3C, 0x1311E000 }, { 0x40, 0xA40100 }, { 0x44, 0 }, { 0x48, 0x186A00 },
            { 0x4C, 0x186A00 }, { 0x50, 0x1E00 }, { 0x54, 0x32B }, { 0x58, 0x88 }, { 0x78, 0x15122500 }, { 0x7C, 0x500 },
        };

        private static readonly Dictionary<long, uint> keptOnC3 = new Dictionary<long, uint>
        {
            { 0x18, 0x8 }, { 0x34, 0 }, { 0x38, 0xF0 }, { 0x3C, 0x26E0 }, { 0x40, 0x2200 }, { 0x44, 0xA }, { 0x48, 0x40100 }, { 0x4C, 0 },
            { 0x50, 0x901 }, { 0x54, 0x901 }, { 0x58, 0xB }, { 0x5C, 0x32B }, { 0x60, 0xA0012 }, { 0x7C, 0x2008270 },
        };

        [Flags]
        private enum Interrupts : uint
        {
            RxFifoFull = 1 << 0,
            TxFifoEmpty = 1 << 1,
            RxFifoTimeout = 1 << 8,
            TxDone = 1 << 14,
        }

        public enum Chip
        {
            ESP32,
            ESP32C3,
        }
    }
}
