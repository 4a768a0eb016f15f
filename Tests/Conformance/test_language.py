"""Constructs of Swift at the top level of a cell."""


def test_the_last_expression_is_the_result(kernel):
    assert kernel.value("let x = 2\nx * 21") == "42"


def test_a_semicolon_hides_the_result(kernel):
    assert kernel.value("1 + 1;") is None


def test_what_is_void_or_an_assignment_is_no_result(kernel):
    assert kernel.value("var v = 1") is None
    assert kernel.value("v = 2") is None
    assert kernel.value("print(v)") is None
    assert kernel.value("[1, 2].forEach { _ in }") is None


def test_an_empty_cell_and_a_comment(kernel):
    assert kernel.value("") is None
    assert kernel.value("// nothing") is None


def test_top_level_try(kernel):
    assert kernel.value('try JSONDecoder().decode([Int].self, from: Data("[1,2]".utf8))') == "[1, 2]"


def test_top_level_await(kernel):
    kernel.ok("func later(_ x: Int) async -> Int { try? await Task.sleep(for: .milliseconds(5)); return x + 1 }")
    assert kernel.value("let soon = await later(41)\nsoon") == "42"
    assert kernel.value("soon + 1") == "43"


def test_an_awaited_value_may_be_left_unused(kernel):
    kernel.ok("func noted(_ x: Int) async throws -> Int { x }\n@discardableResult func kept(_ x: Int) async -> Int { x }")
    for cell in ("try await noted(1)\nprint(1)", "await kept(1)\nprint(1)", "await Task { 3 }.value\nprint(1)"):
        outcome = kernel.ok(cell)
        assert outcome.text() == "1\n" and outcome.text("stderr") == ""
    assert kernel.value("try await noted(4)") == "4"


def test_top_level_try_await(kernel):
    kernel.ok("struct Late: Error {}\nfunc fail(_ really: Bool) async throws -> Int { if really { throw Late() }; return 7 }")
    assert kernel.value("try await fail(false)") == "7"
    assert kernel.value("try [await fail(false), 1]") == "[7, 1]"
    assert kernel.fails("try await fail(true)").error["ename"] == "Late"


def test_for_await(kernel):
    code = """
    let stream = AsyncStream<Int> { c in for i in 1...4 { c.yield(i) }; c.finish() }
    var streamed = 0
    for await i in stream { streamed += i }
    streamed
    """
    assert kernel.value(code) == "10"


def test_for_await_that_throws_or_has_a_label(kernel):
    kernel.ok("struct Ended: Error {}\nvar got = 0\n"
              "func numbers() -> AsyncStream<Int> { AsyncStream { c in for i in 1...4 { c.yield(i) }; c.finish() } }")
    assert kernel.fails("for await i in numbers() { got = i; if i == 2 { throw Ended() } }").error["ename"] == "Ended"
    kernel.ok("var rounds: [Int] = []\n"
              "outer: for r in 1...3 { for await i in numbers() { rounds.append(r * 10 + i); if i == 2 { continue outer } } }")
    assert kernel.value("rounds") == "[11, 12, 21, 22, 31, 32]"
    kernel.ok("outer: for await i in numbers() { for j in 1...9 where j == i { got += i; continue outer } }")
    assert kernel.value("got") == "12"


def test_a_guard_may_bind_a_word_of_the_language(kernel):
    kernel.ok("guard let `default` = Int(\"7\"), `default` > 1 else { fatalError() }")
    assert kernel.value("`default` + 1") == "8"


def test_a_closure_in_a_guard_has_names_of_its_own(kernel):
    kernel.ok("guard let limit = Int(\"3\"), [4, 5].allSatisfy({ limit in limit > 3 }), [4].allSatisfy({ [limit] in $0 > limit })\n"
              "else { fatalError() }")
    assert kernel.value("limit") == "3"


def test_a_guard_may_bind_a_variable(kernel):
    kernel.ok('guard var bound = Int("7") else { fatalError() }\nbound += 1')
    kernel.ok("bound += 1")
    assert kernel.value("bound") == "9"


def test_task_groups(kernel):
    code = """
    let squares = await withTaskGroup(of: Int.self) { group in
        for i in 1...5 { group.addTask { i * i } }
        return await group.reduce(0, +)
    }
    squares
    """
    assert kernel.value(code) == "55"


def test_async_let(kernel):
    kernel.ok("func half(_ x: Int) async -> Int { x / 2 }")
    kernel.ok("func both() async -> Int { async let one = half(10); async let two = half(20); return await one + two }")
    assert kernel.value("await both()") == "15"


def test_actors(kernel):
    kernel.ok("actor Counter { var n = 0; func add() -> Int { n += 1; return n } }\nlet shared = Counter()")
    kernel.ok("_ = await shared.add()")
    assert kernel.value("await shared.add()") == "2"


def test_main_actor(kernel):
    kernel.ok("@MainActor final class Model { var n = 1; func grow() { n += 1 } }\nlet model = await Model()")
    kernel.ok("await model.grow()")
    assert kernel.value("await model.n") == "2"
    assert kernel.value("await MainActor.run { Thread.isMainThread }") == "true"


def test_property_observers(kernel):
    kernel.ok("var changes = 0\nvar watched = 1 { didSet { changes += 1 } }")
    kernel.ok("watched = 5")
    assert kernel.value("changes") == "1"


def test_property_wrappers_in_types(kernel):
    kernel.ok(
        "@propertyWrapper struct Clamped { var wrappedValue: Int { didSet { wrappedValue = min(wrappedValue, 10) } } }\n"
        "struct Dial { @Clamped var level = 1 }\nvar dial = Dial()\ndial.level = 99"
    )
    assert kernel.value("dial.level") == "10"


def test_regex_literals(kernel):
    code = 'let match = "sub-07_run-2".firstMatch(of: /sub-(\\d+)_run-(\\d+)/)!\nInt(match.1)! * 10 + Int(match.2)!'
    assert kernel.value(code) == "72"


def test_result_builders(kernel):
    kernel.ok(
        "@resultBuilder enum Sum { static func buildBlock(_ xs: Int...) -> Int { xs.reduce(0, +) } }\n"
        "func total(@Sum _ body: () -> Int) -> Int { body() }"
    )
    assert kernel.value("total {\n    1\n    2\n    39\n}") == "42"


def test_the_observable_macro(kernel):
    kernel.ok("import Observation\n@Observable final class Settings { var alpha = 1.0 }\nlet settings = Settings()")
    kernel.ok(
        "var seen = false\nwithObservationTracking { _ = settings.alpha } onChange: { seen = true }\nsettings.alpha = 2"
    )
    assert kernel.value("seen") == "true"


def test_codable_types(kernel):
    kernel.ok("struct Run: Codable { var id: Int; var name: String }")
    assert kernel.value('try JSONDecoder().decode(Run.self, from: Data(#"{"id":3,"name":"a"}"#.utf8)).id') == "3"


def test_control_flow_at_the_top_level(kernel):
    code = """
    var path = ""
    loop: for i in 0..<10 {
        if i == 2 { continue }
        switch i { case 5: break loop; default: path += "\\(i)" }
    }
    do { throw CancellationError() } catch { path += "c" }
    defer { print("deferred") }
    path
    """
    assert "0134c" in kernel.value(code)


def test_classes_are_released(kernel):
    kernel.ok("var freed = 0\nfinal class Held { deinit { freed += 1 } }\nvar held: Held? = Held()")
    kernel.ok("held = nil")
    assert kernel.value("freed") == "1"


def test_unicode_names_and_text(kernel):
    kernel.ok('let größe = 3; let 脑 = "🧠"')
    assert "🧠🧠🧠" in kernel.value("String(repeating: 脑, count: größe)")


def test_display_in_place(kernel):
    outcome = kernel.ok(
        'let shown = display(MIMEBundle.plain("first"))\nshown.update(MIMEBundle.plain("second"))'
    )
    [first] = outcome.of("display_data")
    [second] = outcome.of("update_display_data")
    assert first["data"]["text/plain"] == "first" and second["data"]["text/plain"] == "second"
    assert first["transient"]["display_id"] == second["transient"]["display_id"]
