import Foundation
import JSON
import Jupyter
import Testing

@Suite struct MessageTests {
    private func read<Content: Decodable>(_ type: Content.Type, _ text: String) throws -> Content {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    private func write(_ value: some Encodable) throws -> JSON {
        try JSON(parsing: try JSONEncoder().encode(value))
    }

    @Test func fillsInWhatAnExecuteRequestLeavesOut() throws {
        let request = try read(ExecuteRequest.self, #"{"code":"1"}"#)
        #expect(!request.silent && request.storeHistory && request.allowStdin && request.stopOnError)
        #expect(request.userExpressions.isEmpty)
    }

    @Test func storesNothingSilently() throws {
        #expect(
            try !read(ExecuteRequest.self, #"{"code":"1","silent":true,"store_history":true}"#).storeHistory)
    }

    @Test func readsEachKindOfHistoryRequest() throws {
        #expect(
            try read(HistoryRequest.self, #"{"output":false,"raw":true,"hist_access_type":"tail","n":3}"#)
                .access
                == .tail(count: 3))
        #expect(
            try read(HistoryRequest.self, #"{"hist_access_type":"range","session":-1,"start":2,"stop":4}"#)
                .access
                == .range(session: -1, start: 2, stop: 4))
        #expect(
            try read(
                HistoryRequest.self, #"{"hist_access_type":"search","pattern":"let*","n":5,"unique":true}"#
            )
            .access == .search(pattern: "let*", count: 5, unique: true))
        #expect(throws: DecodingError.self) { try read(HistoryRequest.self, #"{"hist_access_type":"all"}"#) }
    }

    @Test func writesHistoryEntries() throws {
        #expect(try write(HistoryEntry(session: 1, line: 2, input: "x")) == [1, 2, "x"])
        #expect(try write(HistoryEntry(session: 1, line: 2, input: "x", output: "y")) == [1, 2, ["x", "y"]])
        #expect(
            try write(HistoryEntry(session: 1, line: 2, input: "x", output: nil)) == [1, 2, ["x", .null]])
    }

    @Test func writesIsCompleteReplies() throws {
        #expect(try write(IsCompleteReply.complete) == ["status": "complete"])
        #expect(
            try write(IsCompleteReply.incomplete(indent: "  ")) == ["status": "incomplete", "indent": "  "])
        #expect(try write(IsCompleteReply.invalid) == ["status": "invalid"])
    }

    @Test func writesErrors() throws {
        let report = ErrorReport(name: "E", value: "v", traceback: ["a", "b"])
        #expect(try write(report) == ["ename": "E", "evalue": "v", "traceback": ["a", "b"]])
    }

    @Test func writesCompletionsAndInspections() throws {
        let reply = try write(CompleteReply(matches: ["map"], cursorStart: 2, cursorEnd: 4))
        #expect(
            reply == [
                "status": "ok", "matches": ["map"], "cursor_start": 2, "cursor_end": 4, "metadata": [:],
            ])
        #expect(
            try write(InspectReply.notFound) == [
                "status": "ok", "found": false, "data": [:], "metadata": [:],
            ])
    }
}
