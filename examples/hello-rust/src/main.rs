//! Prints what its build script found.

mod built {
    include!(concat!(env!("OUT_DIR"), "/built.rs"));
}

fn main() {
    println!("Hello from Rust, built inside the sandbox for {}.", built::BUILT_FOR);
    println!(
        "Its build script {} see ~/.ssh.",
        if built::SAW_KEYS { "could" } else { "could not" }
    );
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_build_script_ran() {
        assert!(!super::built::BUILT_FOR.is_empty());
    }
}
