import Foundation
import NotebookRuns
import Testing

@Suite struct NotebookTests {
    static let text = #"""
        {
         "cells": [
          {
           "cell_type": "markdown",
           "id": "title",
           "metadata": {
            "n": 1.0
           },
           "source": [
            "1.0"
           ]
          },
          {
           "cell_type": "code",
           "execution_count": 2,
           "id": "code",
           "metadata": {},
           "outputs": [
            {
             "data": {
              "application/json": 12345678901234567890123
             },
             "metadata": {},
             "output_type": "display_data"
            }
           ],
           "source": [
            "1"
           ]
          }
         ],
         "metadata": {
          "2.0": "1.0 \" 2.0 \\",
          "numbers": [
           0,
           -0,
           1,
           1.0,
           1.50,
           2.5,
           1e5,
           1E-7,
           1e-07,
           18446744073709551615,
           1e999,
           NaN,
           -Infinity,
           true,
           null
          ]
         },
         "nbformat": 4,
         "nbformat_minor": 5
        }

        """#

    @Test func numbersKeepTheirSpelling() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).ipynb")
        defer { try? FileManager.default.removeItem(at: file) }
        try Self.text.write(to: file, atomically: true, encoding: .utf8)
        let notebook = try Notebook(contentsOf: file)
        #expect(notebook.cells[1].executionCount == 2)
        #expect(String(decoding: notebook.encoded, as: UTF8.self) == Self.text)
    }

    /// As nbformat splits them: a picture is one string, also where an earlier version of Gyrus wrote it as a list.
    @Test(arguments: [#""aGk=\n""#, "[\n      \"aGk=\\n\"\n     ]"])
    func aPictureIsOneStringAndTextIsLines(picture: String) throws {
        let text = #"""
            {
             "cells": [
              {
               "cell_type": "code",
               "execution_count": 1,
               "id": "code",
               "metadata": {},
               "outputs": [
                {
                 "data": {
                  "image/png": "aGk=\n",
                  "image/svg+xml": [
                   "<svg>\n",
                   "</svg>"
                  ],
                  "text/plain": [
                   "a\r",
                   "b\f",
                   "c\r\n",
                   "d\b"
                  ]
                 },
                 "metadata": {},
                 "output_type": "display_data"
                }
               ],
               "source": []
              }
             ],
             "metadata": {},
             "nbformat": 4,
             "nbformat_minor": 5
            }

            """#
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).ipynb")
        defer { try? FileManager.default.removeItem(at: file) }
        try text.replacing(#""aGk=\n""#, with: picture).write(to: file, atomically: true, encoding: .utf8)
        #expect(String(decoding: try Notebook(contentsOf: file).encoded, as: UTF8.self) == text)
    }

    @Test(arguments: [
        (
            #"{"cell_type": "heading", "source": ""}"#,
            #"a cell_type that is not code, markdown or raw, but "heading""#
        ),
        (#"{"cell_type": "code", "source": 1}"#, "a source that is no text"),
    ])
    func aCellThatCannotBeReadIsNamed(cell: String, fault: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).ipynb")
        defer { try? FileManager.default.removeItem(at: file) }
        let first = #"{"cell_type": "code", "source": ""}"#
        let text = #"{"nbformat": 4, "cells": [\#(first), \#(cell)]}"#
        try text.write(to: file, atomically: true, encoding: .utf8)
        let error = #expect(throws: RunError.self) { try Notebook(contentsOf: file) }
        #expect(error?.description.hasSuffix("cannot be read: cell 2 has \(fault)") == true)
    }

    @Test(arguments: ["{\"cells\": [], \"nbformat\": +4}", "{\"cells\": [1.0}"])
    func whatIsNoJSONIsRefused(text: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).ipynb")
        defer { try? FileManager.default.removeItem(at: file) }
        try text.write(to: file, atomically: true, encoding: .utf8)
        #expect(throws: RunError.self) { try Notebook(contentsOf: file) }
    }
}
