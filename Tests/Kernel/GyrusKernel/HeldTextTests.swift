import GyrusKernel
import Testing

@Suite("Text that may speak of a trap")
struct HeldTextTests {
    let start = ContinuousClock.now

    @Test("what a cell writes itself is shown when more comes, and the trap's own words are its message")
    func ownWords() {
        var held = HeldText()
        #expect(held.take("plain\n", at: start) == "plain\n")
        #expect(held.take("Fatal error in sub-01\n", at: start) == "")
        #expect(held.take("next\n", at: start) == "Fatal error in sub-01\nnext\n")
        #expect(held.take("Fatal error: Index out of range\n", at: start) == "")
        let (before, message) = held.end(isTrap: true, at: start)
        #expect(before == "" && message == "Fatal error: Index out of range\n")
    }

    @Test("what comes together is told apart by its lines")
    func together() {
        var held = HeldText()
        #expect(
            held.take("warning: Fatal error in sub-01\na.swift:3: Fatal error: one\ntwo\n", at: start) == "")
        let (before, message) = held.end(isTrap: true, at: start)
        #expect(
            before == "warning: Fatal error in sub-01\n" && message == "a.swift:3: Fatal error: one\ntwo\n")
    }

    @Test("traps of several threads are one message")
    func several() {
        var held = HeldText()
        #expect(held.take("Fatal error: a\n", at: start) + held.take("Fatal error: b\n", at: start) == "")
        #expect(held.end(isTrap: true, at: start).message == "Fatal error: a\nFatal error: b\n")
    }

    @Test("a trap that takes its time, or behind which others write, still has its message")
    func late() {
        var held = HeldText()
        _ = held.take("Fatal error: a\n", at: start)
        #expect(held.releaseIfOld(at: start + .seconds(0.5)) == "")
        #expect(held.releaseIfOld(at: start + .seconds(1.5)) == "Fatal error: a\n")
        let end = held.end(isTrap: true, at: start + .seconds(2))
        #expect(end.before == "" && end.message == "Fatal error: a\n")
    }

    @Test("the module of a cell is not shown")
    func modules() {
        var held = HeldText()
        #expect(held.take("Cell2/In[3]:1: Fatal error: late\nCell4/a\n", at: start) == "")
        #expect(held.end(isTrap: false, at: start).before == "In[3]:1: Fatal error: late\nCell4/a\n")
    }

    @Test("without a trap all is shown, and nothing is the message of a much later one")
    func none() {
        var held = HeldText()
        _ = held.take("Fatal error: a\n", at: start)
        #expect(held.end(isTrap: false, at: start).before == "Fatal error: a\n")
        #expect(held.end(isTrap: true, at: start + .seconds(60)).message == "")
    }
}
