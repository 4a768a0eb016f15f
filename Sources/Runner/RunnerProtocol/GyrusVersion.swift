/// The version of Gyrus, which the kernel, the `gyrus` command and the library all tell.
package enum GyrusVersion {
    package static let number = "0.1.0"
}
