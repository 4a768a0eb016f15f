import GyrusKernel
import Testing

@Suite("Durations as %time prints them")
struct DurationTextTests {
    @Test(
        "three digits and a unit, also where they are rounded up",
        arguments: [
            (Duration.microseconds(12), "12 µs"), (Duration.nanoseconds(999_700), "1 ms"),
            (Duration.microseconds(999_400), "999 ms"), (Duration.microseconds(999_700), "1 s"),
            (Duration.milliseconds(1_234), "1.23 s"), (Duration.seconds(59), "59 s"),
            (Duration.milliseconds(119_700), "2 min 0 s"), (Duration.seconds(3_661), "61 min 1 s"),
        ])
    func text(duration: Duration, expected: String) {
        #expect(duration.text == expected)
    }
}
