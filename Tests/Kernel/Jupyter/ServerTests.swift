import Foundation
import JSON
import Jupyter
import Testing

@Suite struct ServerTests {
    @Test func welcomesEachSubscriberAndStartsOnce() throws {
        let frontEnd = try FrontEnd()  // checks both itself
        #expect(frontEnd.receive("iopub", within: 50) == nil)
    }

    @Test func ordersTheMessagesOfACell() throws {
        let (reply, output) = try FrontEnd().execute("print hello\nresult 2")
        #expect(output.map(\.type) == ["status", "execute_input", "stream", "execute_result", "status"])
        #expect(output[0].content == ["execution_state": "busy"])
        #expect(output[1].content == ["code": "print hello\nresult 2", "execution_count": 1])
        #expect(output[2].content == ["name": "stdout", "text": "hello"])
        #expect(output[3].content == ["execution_count": 1, "data": ["text/plain": "2"], "metadata": [:]])
        #expect(reply == ["status": "ok", "execution_count": 1, "payload": [], "user_expressions": [:]])
    }

    @Test func countsOnlyWhatIsStored() throws {
        let frontEnd = try FrontEnd()
        #expect(try frontEnd.execute("print a").reply["execution_count"] == 1)
        #expect(try frontEnd.execute("print a", ["store_history": false]).reply["execution_count"] == 1)
        let silent = try frontEnd.execute("print a", ["silent": true])
        #expect(silent.output.map(\.type) == ["status", "status"])
        #expect(silent.reply["execution_count"] == 1)
        #expect(try frontEnd.execute("print a").reply["execution_count"] == 2)
    }

    @Test func reportsAFailureOnce() throws {
        let (reply, output) = try FrontEnd().execute("fail badly")
        #expect(output.map(\.type) == ["status", "execute_input", "error", "status"])
        #expect(output[2].content == ["ename": "Failure", "evalue": "badly", "traceback": ["badly"]])
        #expect(reply["status"] == "error" && reply["ename"] == "Failure" && reply["execution_count"] == 1)
    }

    @Test func abortsWhatWaitsBehindAFailure() throws {
        let frontEnd = try FrontEnd()
        let first = try frontEnd.send("shell", "execute_request", ["code": "wait"])
        let second = try frontEnd.send("shell", "execute_request", ["code": "print never"])
        let info = try frontEnd.send("shell", "kernel_info_request")
        _ = frontEnd.receive("shell", within: 200)
        try frontEnd.send("control", "interrupt_request")
        #expect(frontEnd.finish("shell", first).reply["ename"] == "KeyboardInterrupt")
        let aborted = frontEnd.finish("shell", second)
        #expect(aborted.reply == ["status": "aborted"])
        #expect(aborted.output.map(\.type) == ["status", "status"])
        #expect(frontEnd.finish("shell", info).reply["status"] == "ok")
        #expect(try frontEnd.execute("print on").reply["status"] == "ok")
    }

    @Test func goesOnBehindAFailureWhenToldTo() throws {
        let frontEnd = try FrontEnd()
        let first = try frontEnd.send("shell", "execute_request", ["code": "wait", "stop_on_error": false])
        let second = try frontEnd.send("shell", "execute_request", ["code": "print on"])
        _ = frontEnd.receive("shell", within: 200)
        try frontEnd.send("control", "interrupt_request")
        #expect(frontEnd.finish("shell", first).reply["status"] == "error")
        #expect(frontEnd.finish("shell", second).reply["status"] == "ok")
    }

    @Test func answersControlWhileACellRuns() throws {
        let frontEnd = try FrontEnd()
        let cell = try frontEnd.send("shell", "execute_request", ["code": "wait"])
        let info = try frontEnd.send("control", "kernel_info_request")
        let reply = frontEnd.finish("control", info).reply
        #expect(reply["protocol_version"] == "5.5" && reply["supported_features"] == ["kernel subshells"])
        let usage = frontEnd.finish("control", try frontEnd.send("control", "usage_request")).reply
        if case .integer(let bytes)? = usage["kernel_memory"] {
            #expect(bytes > 1 << 20)
        } else {
            Issue.record()
        }
        let debug = frontEnd.finish(
            "control", try frontEnd.send("control", "debug_request", ["seq": 3, "command": "initialize"])
        ).reply
        #expect(debug["success"] == false && debug["request_seq"] == 3)
        frontEnd.send("heartbeat", frames: [Data("ping".utf8)])
        #expect(frontEnd.receiveFrames("heartbeat") == [Data("ping".utf8)])
        try frontEnd.send("control", "interrupt_request")
        #expect(frontEnd.finish("shell", cell).reply["ename"] == "KeyboardInterrupt")
    }

    @Test func servesSubshellsWhileACellRuns() throws {
        let frontEnd = try FrontEnd()
        let cell = try frontEnd.send("shell", "execute_request", ["code": "wait"])
        let created = frontEnd.finish("control", try frontEnd.send("control", "create_subshell_request"))
            .reply
        let subshell = try #require(created["subshell_id"]?.string)
        let list = frontEnd.finish("control", try frontEnd.send("control", "list_subshell_request")).reply
        #expect(list["subshell_id"] == [.string(subshell)])

        let id = try complete(in: subshell, of: frontEnd)
        #expect(frontEnd.finish("shell", id).reply["cursor_end"] == 1)

        let deleted = frontEnd.finish(
            "control",
            try frontEnd.send("control", "delete_subshell_request", ["subshell_id": .string(subshell)]))
        #expect(deleted.reply["status"] == "ok")
        let again = frontEnd.finish(
            "control",
            try frontEnd.send("control", "delete_subshell_request", ["subshell_id": .string(subshell)]))
        #expect(again.reply["status"] == "error")
        try frontEnd.send("control", "interrupt_request")
        #expect(frontEnd.finish("shell", cell).reply["status"] == "error")
    }

    /// Sends a request to a subshell; the id that its answers carry as their parent.
    func request(_ type: String, _ content: JSON, in subshell: String, of frontEnd: FrontEnd) throws
        -> String
    {
        let id = UUID().uuidString
        let header: JSON = [
            "msg_id": .string(id), "msg_type": .string(type), "session": "s", "username": "", "date": "",
            "version": "5.5", "subshell_id": .string(subshell),
        ]
        let empty = Data("{}".utf8)
        let signed = [header.encoded(), empty, empty, content.encoded()]
        let signature = try Signer(scheme: "hmac-sha256", key: "secret").signature(of: signed)
        frontEnd.send("shell", frames: [Wire.delimiter, signature] + signed)
        return id
    }

    func complete(in subshell: String, of frontEnd: FrontEnd) throws -> String {
        try request("complete_request", ["code": "x", "cursor_pos": 1], in: subshell, of: frontEnd)
    }

    @Test func answersWhatNoSubshellServes() throws {
        let frontEnd = try FrontEnd()
        let created = frontEnd.finish("control", try frontEnd.send("control", "create_subshell_request"))
            .reply
        let subshell = try #require(created["subshell_id"]?.string)
        let cell = try request("execute_request", ["code": "wait"], in: subshell, of: frontEnd)
        let behind = try complete(in: subshell, of: frontEnd)
        _ = frontEnd.receive("shell", within: 200)
        let deletion = try frontEnd.send(
            "control", "delete_subshell_request", ["subshell_id": .string(subshell)])
        let refused = frontEnd.finish("shell", behind).reply
        #expect(refused["evalue"] == .string("there is no subshell \(subshell)"))
        #expect(frontEnd.finish("control", deletion).reply["status"] == "ok")
        let late = try complete(in: subshell, of: frontEnd)
        #expect(frontEnd.finish("shell", late).reply["status"] == "error")
        try frontEnd.send("control", "interrupt_request")
        #expect(frontEnd.finish("shell", cell).reply["ename"] == "KeyboardInterrupt")
    }

    @Test func asksForInput() throws {
        let frontEnd = try FrontEnd()
        let cell = try frontEnd.send("shell", "execute_request", ["code": "ask name?"])
        let request = try #require(frontEnd.receive("stdin"))
        #expect(request.parentHeader?.messageID == cell)
        #expect(try JSON(parsing: request.contentData) == ["prompt": "name?", "password": true])
        try frontEnd.send("stdin", "input_reply", ["value": "Ada"])
        let (reply, output) = frontEnd.finish("shell", cell)
        #expect(reply["status"] == "ok")
        #expect(output.contains { $0.content["text"] == "Ada" })
        #expect(try frontEnd.execute("ask x", ["allow_stdin": false]).reply["ename"] == "InputError")
    }

    @Test func interruptsAWaitForInput() throws {
        let frontEnd = try FrontEnd()
        let cell = try frontEnd.send("shell", "execute_request", ["code": "ask name?"])
        _ = try #require(frontEnd.receive("stdin"))
        try frontEnd.send("control", "interrupt_request")
        #expect(frontEnd.finish("shell", cell).reply["ename"] == "InputError")
    }

    @Test func echoesCommsAndClosesUnknownOnes() throws {
        let frontEnd = try FrontEnd()
        let unknown = frontEnd.finish(
            "iopub",
            try frontEnd.send("shell", "comm_open", ["comm_id": "u", "target_name": "other", "data": [:]]))
        #expect(unknown.output.map(\.type) == ["status", "comm_close", "status"])
        try frontEnd.send("shell", "comm_open", ["comm_id": "c", "target_name": "echo", "data": [:]])
        let id = try frontEnd.send(
            "shell", "comm_msg", ["comm_id": "c", "data": ["x": 1]], buffers: [Data([1, 2, 3])])
        var echo: Message?
        while let message = frontEnd.receive("iopub", within: 1000) {
            if message.header.type == "comm_msg" { echo = message }
        }
        #expect(echo?.parentHeader?.messageID == id)
        #expect(echo?.buffers == [Data([1, 2, 3])])
        let info = frontEnd.finish("shell", try frontEnd.send("shell", "comm_info_request")).reply
        #expect(info["comms"] == ["c": ["target_name": "echo"]])
    }

    @Test func dropsForgeriesAndLivesOn() throws {
        let frontEnd = try FrontEnd()
        let forger = Wire(signer: try Signer(scheme: "hmac-sha256", key: "guess"))
        frontEnd.send(
            "shell", frames: try forger.frames(to: [], type: "kernel_info_request", content: Data("{}".utf8)))
        frontEnd.send("shell", frames: [Data("noise".utf8)])
        #expect(frontEnd.receive("shell", within: 200) == nil)
        #expect(try frontEnd.execute("print on").reply["status"] == "ok")
    }

    @Test func answersAContentThatDoesNotFit() throws {
        let frontEnd = try FrontEnd()
        let (reply, output) = frontEnd.finish(
            "shell", try frontEnd.send("shell", "execute_request", ["code": 1]))
        #expect(reply["status"] == "error")
        #expect(output.map(\.type) == ["status", "status"])
    }

    @Test func answersWhatIsOversized() throws {
        let frontEnd = try FrontEnd()
        let large = [Data(count: Wire.sizeLimit)]
        let cell = try frontEnd.send("shell", "execute_request", ["code": "print on"], buffers: large)
        let (reply, output) = frontEnd.finish("shell", cell)
        #expect(reply["status"] == "error" && reply["evalue"]?.string?.contains("over the limit") == true)
        #expect(output.map(\.type) == ["status", "error", "status"])
        let question = try frontEnd.send("control", "kernel_info_request", buffers: large)
        #expect(frontEnd.finish("control", question).reply["ename"] == "InvalidRequest")
        #expect(try frontEnd.execute("print on").reply["status"] == "ok")
    }

    @Test func shutsDown() throws {
        let frontEnd = try FrontEnd()
        try frontEnd.send("shell", "execute_request", ["code": "wait"])
        let id = try frontEnd.send("control", "shutdown_request", ["restart": true])
        let reply = try #require(frontEnd.receive("control"))
        #expect(reply.parentHeader?.messageID == id)
        #expect(try JSON(parsing: reply.contentData) == ["status": "ok", "restart": true])
        #expect(frontEnd.serverEnds(within: 3))
    }

    @Test func servesEncryptedConnections() throws {
        #expect(try FrontEnd(encrypted: true).execute("print on").reply["status"] == "ok")
    }

    @Test func servesUnsignedConnections() throws {
        #expect(try FrontEnd(key: "").execute("print on").reply["status"] == "ok")
    }

    @Test func losesNoOutput() throws {
        let frontEnd = try FrontEnd()
        let code = (0..<20_000).map { "print \($0)" }.joined(separator: "\n")
        let output = try frontEnd.execute(code).output.filter { $0.type == "stream" }
        #expect(output.map { $0.content["text"]?.string } == (0..<20_000).map { "\($0)" })
    }
}
