/* Linked into the static binary only. A static glibc loads the modules that /etc/nsswitch.conf names, such as
 * `resolve` or `mymachines`, from the machine that runs the program. Those modules belong to the glibc of that machine,
 * and one of another version can crash the process. So host names come from /etc/hosts and DNS, and users from
 * /etc/passwd: glibc holds both readers itself. */
#include <nss.h>

__attribute__((constructor)) static void read_files_and_dns_only(void) {
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
}
