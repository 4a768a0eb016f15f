import CRunnerProtocol
import Foundation
import RunnerProtocol
import Testing

@Suite struct FrameTests {
    @Test func aFrameIsKindRequestLengthAndPayload() {
        let frame = Frame(.result, request: 0x0102_0304, Data("ab".utf8))
        #expect(Array(frame.encoded) == [4, 4, 3, 2, 1, 2, 0, 0, 0] + Array("ab".utf8))
    }

    @Test func framesComeAsTheyWereWrittenHoweverTheBytesAreCut() {
        let sent = [
            Frame(.display, request: 1, Data("{}".utf8)), Frame(.ready, Data()),
            Frame(.finished, request: 70_000, Data(repeating: 7, count: 300)),
        ]
        let bytes = sent.reduce(into: Data()) { $0 += $1.encoded }
        for size in [1, 2, 8, 9, 10, bytes.count] {
            var reader = FrameReader()
            var received: [Frame] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                reader.append(bytes[start..<min(start + size, bytes.count)])
                received += reader.take()
            }
            #expect(received == sent)
        }
    }

    /// With a copy of what is there for each part, these would be 256 GB.
    @Test func aLargeFrameInManyPartsIsCopiedOnce() {
        let part = Data(repeating: 7, count: 32 << 10)
        let count = 4096
        var reader = FrameReader()
        var bytes = [UInt8](repeating: 0, count: Int(FRAME_HEAD))
        frame_head_write(
            FrameHead(kind: MessageKind.display.rawValue, request: 1, length: UInt32(count * part.count)),
            &bytes)
        reader.append(Data(bytes))
        let began = ContinuousClock.now
        for _ in 0..<(count - 1) {
            reader.append(part)
            #expect(reader.take().isEmpty)
        }
        #expect(ContinuousClock.now - began < .seconds(10))
        reader.append(part)
        #expect(reader.take().first?.payload.count == count * part.count)
    }

    @Test func textOfOneStreamAndRequestThatArrivesTogetherIsOneFrame() {
        var reader = FrameReader()
        let sent = [
            Frame(.stdout, request: 1, Data("a".utf8)), Frame(.stdout, request: 1, Data("b".utf8)),
            Frame(.stderr, request: 1, Data("c".utf8)), Frame(.stdout, request: 1, Data("d".utf8)),
            Frame(.stdout, request: 2, Data("e".utf8)),
        ]
        for frame in sent { reader.append(frame.encoded) }
        #expect(
            reader.take() == [
                Frame(.stdout, request: 1, Data("ab".utf8)), Frame(.stderr, request: 1, Data("c".utf8)),
                Frame(.stdout, request: 1, Data("d".utf8)), Frame(.stdout, request: 2, Data("e".utf8)),
            ])
    }

    @Test(arguments: [MessageKind.finished, .handled, .answer])
    func anEndIsSeenBehindOtherFrames(kind: MessageKind) {
        var reader = FrameReader()
        reader.append(Frame(.stdout, Data("text".utf8)).encoded)
        #expect(!reader.holdsAnEnd)
        reader.append(Frame(kind, Data("{}".utf8)).encoded)
        #expect(reader.holdsAnEnd)
    }

    @Test func framesTravelThroughAPipe() throws {
        let pipe = Pipe()
        let frame = Frame(.answer, request: 9, Data("yes".utf8))
        #expect(frame.write(to: pipe.fileHandleForWriting.fileDescriptor))
        try pipe.fileHandleForWriting.close()
        #expect(Frame.read(from: pipe.fileHandleForReading.fileDescriptor) == frame)
        #expect(Frame.read(from: pipe.fileHandleForReading.fileDescriptor) == nil)
    }

    /// Its length has no number in the head. The bytes are never touched.
    @Test func aFrameOfFourGigabytesIsNotWritten() {
        #expect(!Frame(.question, Data(count: 1 << 32)).write(to: -1))
    }

    @Test func aCommandIsOneLine() {
        let command = RunnerCommand.set(name: "A", value: "1\nrun 2")
        #expect(command.line == "set A=1 run 2\n")
        #expect(RunnerCommand.input("1\r\ngo /").line == "input 1 go /\n")
        let run = RunnerCommand.run(
            request: 3, isOnSubshell: false, messageID: "id", entry: "main", library: "/a b.so")
        #expect(run.line == "run 3 main id main /a b.so\n")
    }

    @Test func anEndIsDecodedByTheNumbersOfTheHeader() throws {
        let text = """
            {"outcome":5,"interrupted":false,"signal":"","isForeign":false,"heldBy":4,"held":1,
            "heldAt":[["Cell2",17]],"frames":[],"loaded":true,"reached":2}
            """
        let end = try JSONDecoder().decode(JobEnd.self, from: Data(text.utf8))
        #expect(end.outcome == .held && end.held == .semaphore && end.heldBy == 4)
        #expect(end.heldAt.first?.image == "Cell2" && end.heldAt.first?.offset == 17)
    }

    /// The Python host has the numbers again, since it reads no header.
    @Test func thePythonHostKnowsTheSameKinds() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let file = root.appending(path: "Sources/Runner/PythonHost/gyrus_host/channel.py")
        let text = try String(contentsOf: file, encoding: .utf8)
        let line = try #require(text.firstMatch(of: /(?m)^(DISPLAY, [A-Z, ]+) = ([0-9, ]+)$/))
        let numbers = line.2.split(separator: ", ").compactMap { UInt8($0) }
        let kinds: [String: MessageKind] = [
            "DISPLAY": .display, "UPDATE": .update, "CLEAR": .clear, "RESULT": .result, "STDOUT": .stdout,
            "STDERR": .stderr, "INPUT": .input, "READY": .ready, "FINISHED": .finished,
        ]
        let names = line.1.split(separator: ", ").map(String.init)
        #expect(Dictionary(uniqueKeysWithValues: zip(names, numbers)) == kinds.mapValues(\.rawValue))
    }
}
